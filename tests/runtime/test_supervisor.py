"""Children are kept alive, given up on, and ended in reverse order."""

import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from libs.testing.process import ManagedProcess, Program
from libs.testing.servers.proctree import identity
from tools.run.leftovers import Leftovers
from tools.run.supervisor import GaveUp, Supervisor

_SLEEPS = "import time; time.sleep(60)"
_FALLS = "import sys; sys.exit('the sea is rough')"


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def supervisor(tmp_path: Path, said: list[str]) -> Iterator[Supervisor]:
    result = Supervisor(Leftovers(tmp_path / "children"), said.append)
    yield result
    result.stop()


@pytest.fixture
def program(tmp_path: Path) -> Callable[[str, str], ManagedProcess]:
    def make(name: str, code: str) -> ManagedProcess:
        log = tmp_path / f"{name}.log"
        command = (sys.executable, "-S", "-c", code)
        return ManagedProcess(Program(name, command, {}, tmp_path, log, stop_seconds=5))

    return make


def _look_until(supervisor: Supervisor, done: Callable[[], bool]) -> None:
    until = time.monotonic() + 20
    while not done():
        assert time.monotonic() < until
        supervisor.look()
        time.sleep(0.02)


def test_killed_child_starts_again(supervisor, program, said: list[str]) -> None:
    child = program("web", _SLEEPS)
    supervisor.start(child)
    first = child.pid
    child.kill()

    _look_until(supervisor, lambda: child.running)

    assert child.pid != first
    assert said == ["web ended; it starts again in 0.5 s"]


def test_child_that_never_stays_is_given_up_with_its_last_words(supervisor, program) -> None:
    supervisor.start(program("web", _FALLS))

    with pytest.raises(GaveUp, match=r"web ended 5 times within 60 s: the sea is rough"):
        _look_until(supervisor, lambda: False)


def test_child_that_ends_during_the_start_is_given_up_at_once(supervisor, program) -> None:
    child = program("web", _FALLS)
    supervisor.start(child)
    _look_until_ended(child)

    with pytest.raises(GaveUp, match="web ended during the start: the sea is rough"):
        supervisor.demand_all_running()


def _look_until_ended(child: ManagedProcess) -> None:
    until = time.monotonic() + 20
    while child.running and time.monotonic() < until:
        time.sleep(0.02)


def test_stop_ends_the_last_child_first(supervisor, program) -> None:
    ended: list[str] = []

    class Recorded(ManagedProcess):
        def stop(self) -> None:
            super().stop()
            ended.append(self.name)

    for name in ("postgres", "valkey", "web"):
        supervisor.start(Recorded(program(name, _SLEEPS).program))

    supervisor.stop()

    assert ended == ["web", "valkey", "postgres"]


def test_stop_ends_the_others_when_one_resists(supervisor, program) -> None:
    class Resisting(ManagedProcess):
        def stop(self) -> None:
            super().stop()
            raise TimeoutError("it outlived SIGKILL")

    first = program("postgres", _SLEEPS)
    supervisor.start(first)
    supervisor.start(Resisting(program("web", _SLEEPS).program))

    with pytest.raises(TimeoutError):
        supervisor.stop()

    assert not first.running


def test_child_of_a_launcher_before_is_ended(program, tmp_path: Path) -> None:
    child = program("web", _SLEEPS)
    child.start()
    pid, born = child.pid, identity(child.pid)
    Leftovers(tmp_path / "children").remember(pid)

    Leftovers(tmp_path / "children").end()

    assert identity(pid) != born
    child.stop()


def test_stranger_that_got_the_pid_of_a_child_is_left_alone(program, tmp_path: Path) -> None:
    stranger = program("stranger", _SLEEPS)
    stranger.start()
    notes = tmp_path / "children"
    Leftovers(notes).remember(stranger.pid)
    boot, pid, _born = notes.read_text().split()
    notes.write_text(f"{boot} {pid} 1\nanother-boot {pid} {identity(stranger.pid)}\n")

    Leftovers(notes).end()

    assert stranger.running
    stranger.stop()
