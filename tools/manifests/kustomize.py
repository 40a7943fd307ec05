"""Kustomize, from wherever there is one: its own program, kubectl, or built by Go."""

import json
import os
import shutil
import subprocess
from collections.abc import Sequence
from functools import cache
from pathlib import Path

_MODULE = "sigs.k8s.io/kustomize/kustomize/v5@v5.7.1"
_MAJOR = 5
_BUILD_SECONDS = 300
_SECONDS = 60


class Unavailable(Exception):
    """There is no Kustomize here, and none can be built."""


class BuildFailed(Exception):
    """Kustomize refused a folder; the message is its own."""


def build(folder: Path) -> str:
    """The objects of a folder as YAML."""
    done = _run([*command(), str(folder)], _SECONDS)
    if done.returncode:
        raise BuildFailed(done.stderr.strip())
    return done.stdout


@cache
def command() -> tuple[str, ...]:
    """The program and its words before the folder."""
    if found := shutil.which("kustomize"):
        return (found, "build")
    if (found := shutil.which("kubectl")) and _is_new_enough(found):
        return (found, "kustomize")
    return (_built(), "build")


def _is_new_enough(kubectl: str) -> bool:
    done = _run([kubectl, "version", "--client", "--output", "json"], _SECONDS)
    try:
        version = json.loads(done.stdout)["kustomizeVersion"]
    except (ValueError, KeyError):
        return False
    return int(version.removeprefix("v").partition(".")[0]) >= _MAJOR


def _built() -> str:
    folder = _cache_folder()
    program = folder / "kustomize"
    if program.exists():
        return str(program)
    go = shutil.which("go")
    if not go:
        raise Unavailable(
            "neither kustomize, nor a kubectl with Kustomize 5, nor go is on the path"
        )
    done = _run([go, "install", _MODULE], _BUILD_SECONDS, {"GOBIN": str(folder)})
    if done.returncode:
        raise Unavailable("go could not build kustomize, see `go install " + _MODULE + "`")
    return str(program)


def _cache_folder() -> Path:
    """Outside of the repository, one for each version."""
    home = Path(os.environ.get("XDG_CACHE_HOME", "") or Path.home() / ".cache")
    return home / "argosy" / _MODULE.rpartition("@")[2]


def _run(
    words: Sequence[str], seconds: int, environ: dict[str, str] | None = None
) -> "subprocess.CompletedProcess[str]":
    try:
        return subprocess.run(  # noqa: S603 - a fixed program, no shell
            words,
            env=os.environ | (environ or {}),
            capture_output=True,
            text=True,
            timeout=seconds,
            check=False,
        )
    except subprocess.TimeoutExpired as late:
        raise Unavailable(f"{words[0]} took more than {seconds} s") from late
