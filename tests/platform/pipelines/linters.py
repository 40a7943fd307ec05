"""Linters that are not Python packages: found, or built where Go is, or missing with a reason."""

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.architecture.repository import ROOT

_ACTIONLINT = "github.com/rhysd/actionlint/cmd/actionlint@v1.7.12"
_BIN = Path(sys.executable).parent
_BUILD_SECONDS, _RUN_SECONDS = 100.0, 60.0


def actionlint() -> str:
    """The program; skips the test where it is neither installed nor can be built."""
    given = os.environ.get("ARGOSY_TEST_ACTIONLINT") or _find("actionlint")
    if given:
        return given
    go = shutil.which("go")
    if not go:
        pytest.skip("neither actionlint nor Go, which would build it, is installed")
    try:
        run([go, "install", _ACTIONLINT], {"GOBIN": str(_BIN)}, _BUILD_SECONDS).check_returncode()
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as failure:
        pytest.skip(f"actionlint could not be built: {failure}")
    return str(_BIN / "actionlint")


def groovy_lint() -> str:
    """CodeNarc with a parser of Groovy's own; skips the test where it is not installed."""
    found = _find("npm-groovy-lint")
    if not found:
        pytest.skip("npm-groovy-lint is not installed")
    return found


def hadolint() -> str:
    """The program, which is one of the locked packages."""
    return str(_BIN / "hadolint")


def run(
    command: Sequence[str], environ: dict[str, str] | None = None, seconds: float = _RUN_SECONDS
) -> "subprocess.CompletedProcess[str]":
    """Run it in the repository, niced: a build is nothing to hurry for."""
    return subprocess.run(  # noqa: S603 - programs that a test names, no shell
        ["/usr/bin/env", "nice", *command],
        cwd=ROOT,
        env=os.environ | (environ or {}),
        capture_output=True,
        text=True,
        timeout=seconds,
        check=False,
    )


def _find(name: str) -> str | None:
    return shutil.which(name, path=f"{_BIN}{os.pathsep}{os.environ.get('PATH', '')}")
