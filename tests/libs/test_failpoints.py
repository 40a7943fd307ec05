"""A process dies at the moment it was armed for, once, and at no other."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

_PASSES = """
import sys
from libs.failpoints import arm, failpoint
arm(sys.argv[1])
failpoint("batch.begun")
failpoint("batch.ended", "reserve_stock.do")
"""


def _run(path: str) -> int:
    command = [sys.executable, "-c", _PASSES, path]
    return subprocess.run(command, timeout=30, check=False).returncode  # noqa: S603  # ours


@pytest.mark.parametrize("moment", ["batch.begun", "batch.ended reserve_stock.do"])
def test_process_is_killed_at_the_named_moment_and_the_next_one_is_not(tmp_path: Path, moment):
    file = tmp_path / "moment"
    file.write_text(moment)

    codes = [_run(str(file)), _run(str(file))]

    assert codes == [-signal.SIGKILL, 0]
    assert not file.exists()


def test_moment_of_another_subject_is_passed(tmp_path: Path):
    file = tmp_path / "moment"
    file.write_text("batch.ended commit_stock.do")

    assert _run(str(file)) == 0
    assert file.exists()


def test_process_that_is_not_armed_passes_every_moment():
    assert _run("") == 0
