"""Preparing .venv says in one sentence what the machine lacks."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "tools" / "venv.sh"
_OLD = "#!/bin/sh\nexit 1\n"
# New enough, and without the modules that make a virtual environment.
_WITHOUT_VENV = '#!/bin/sh\ncase "$2" in *venv*) exit 1 ;; esac\nexit 0\n'


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout with the script and an empty lock."""
    (tmp_path / "tools").mkdir()
    shutil.copy(SCRIPT, tmp_path / "tools")
    (tmp_path / "requirements.txt").touch()
    return tmp_path


def _run(checkout: Path, python: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603 - our own script
        [checkout / "tools" / "venv.sh", "requirements.txt"],
        env=os.environ | {"PYTHON": python},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def _interpreter(checkout: Path, text: str) -> str:
    path = checkout / "python"
    path.write_text(text)
    path.chmod(0o755)
    return str(path)


def test_no_python_is_refused_in_one_sentence(checkout):
    done = _run(checkout, "/nonexistent")

    assert done.returncode == 1
    assert "needs Python 3.11 or newer" in done.stderr
    assert done.stderr.count("\n") == 1


def test_an_old_python_is_refused(checkout):
    done = _run(checkout, _interpreter(checkout, _OLD))

    assert done.returncode == 1
    assert "needs Python 3.11 or newer" in done.stderr


def test_a_python_without_venv_is_refused(checkout):
    done = _run(checkout, _interpreter(checkout, _WITHOUT_VENV))

    assert done.returncode == 1
    assert "install the package python3-venv" in done.stderr
    assert done.stderr.count("\n") == 1


def test_unchanged_locks_are_installed_once(checkout):
    venv = checkout / ".venv" / "bin"
    venv.mkdir(parents=True)
    journal = checkout / "journal"
    python = venv / "python"
    python.write_text(f'#!/bin/sh\necho "$*" >> {journal}\n')
    python.chmod(0o755)

    installs = []
    for lock in ("", "", "# another version\n"):
        (checkout / "requirements.txt").write_text(lock)
        assert _run(checkout, "/nonexistent").returncode == 0
        installs.append(journal.read_text().count("pip install"))

    assert installs == [1, 1, 2]


def test_an_address_of_a_package_index_is_not_shown(checkout):
    venv = checkout / ".venv" / "bin"
    venv.mkdir(parents=True)
    python = venv / "python"
    python.write_text(
        '#!/bin/sh\n[ "$2" = pip ] || exit 0\necho "no answer from https://u:p@index.example/simple"'
        "\nexit 1\n"
    )
    python.chmod(0o755)

    done = _run(checkout, "/nonexistent")

    assert done.returncode == 1
    assert "no answer from (address left out)" in done.stderr
    assert "index.example" not in done.stdout + done.stderr
