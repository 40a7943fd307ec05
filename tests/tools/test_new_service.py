"""A new service is whole: in a copy of the tree it passes what every service has to pass."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.repository import ROOT, files
from tools.new_service.__main__ import Refused, words

NAME = "parcels"
# What looks at services one by one, and what compares generated files with the code.
_TESTS = (
    f"services/{NAME}",
    "tests/architecture/test_service_folders.py",
    "tests/architecture/test_idempotency_keys.py",
    "tests/contracts/test_tables.py",
    "tests/contracts/test_examples.py",
    "tests/platform/render/test_generated.py",
    "tests/platform/render/test_behavior.py",
    "tests/platform/monitoring/test_runbooks.py",
    "tests/platform/manifests",
    "tests/tools/test_env_example.py",
    "tests/tools/test_docs.py",
)
_CHOSEN = f"{NAME} or drift or the_file_is or same_parts or own_kind"


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tree with one more service."""
    copied = tmp_path_factory.mktemp("tree")
    for path in files(ROOT):
        place = copied / path
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / path, place, follow_symlinks=False)
    _run(copied, "git", "init", "--quiet")
    _python(copied, "-m", "tools.new_service", NAME)
    return copied


def _python(folder: Path, *arguments: str) -> str:
    return _run(folder, sys.executable, *arguments)


def _run(folder: Path, *command: str) -> str:
    done = subprocess.run(  # noqa: S603 - our own programs, and git
        ["/usr/bin/env", *command],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=400,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-5000:] + done.stderr[-3000:]
    return done.stdout


@pytest.mark.timeout(900)
def test_a_new_service_passes_what_every_service_passes(copy: Path):
    own = f"services/{NAME}"

    _python(copy, "-m", "ruff", "check", own)
    _python(copy, "-m", "ruff", "format", "--check", own)
    _python(copy, "-m", "mypy", own)
    passed = _python(copy, "-m", "pytest", "-q", *_TESTS, "-k", _CHOSEN)

    assert " failed" not in passed
    assert (copy / "charts" / NAME / "Chart.yaml").is_file()
    assert f"services/{NAME}/" in (copy / "services" / NAME / "Dockerfile").read_text("utf-8")


@pytest.mark.parametrize(
    ("names", "reason"),
    [
        ("orders", "there is a service orders already"),
        ("Parcels", "not one plural word"),
        ("class", "not one plural word"),
        ("stock", "give the singular of stock"),
    ],
)
def test_a_name_that_would_not_do_is_refused(names: str, reason: str):
    with pytest.raises(Refused, match=reason):
        words(names, None, ROOT)


def test_an_identifier_prefix_is_not_given_out_twice():
    said = words("orderings", None, ROOT)

    assert said["prefix"] == "orde"
