"""`make run`: one command starts the whole shop; however it ends, nothing is left running."""

import os
import queue
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from libs.testing.installation import ROOT
from libs.testing.process import is_ready
from libs.testing.servers.private import free_port, scratch_directory
from libs.testing.servers.proctree import descendants, identity

_READY = "Argosy runs at "
_START_SECONDS = 180.0


class Launched:
    """A launcher in a folder of its own, and every process that was ever seen below it."""

    def __init__(self, home: Path, port: int, **environ: str) -> None:
        self.port = port
        self.said: list[str] = []
        self._lines: queue.Queue[str | None] = queue.Queue()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tools.run"],
            cwd=ROOT,
            env=_environ(home, port) | environ,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout
        with self.process.stdout as lines:
            for line in lines:
                self._lines.put(line)
        self._lines.put(None)

    def await_line(self, start: str) -> None:
        """Wait until it says so; fails when it ends instead."""
        until = time.monotonic() + _START_SECONDS
        while not (self.said and self.said[-1].startswith(start)):
            line = self._lines.get(timeout=max(0.1, until - time.monotonic()))
            assert line is not None, "".join(self.said)
            self.said.append(line)

    def children(self) -> dict[int, str]:
        """All processes below it, and what tells them from later ones."""
        return {pid: identity(pid) for pid in descendants(self.process.pid)}

    def end(self) -> None:
        """Let it stop, however the test went."""
        if self.process.poll() is None:
            self.process.terminate()
        self.process.wait(60)
        self._reader.join(10)


def _environ(home: Path, port: int) -> dict[str, str]:
    bare = {name: value for name, value in os.environ.items() if not name.startswith("ARGOSY_")}
    return bare | {"ARGOSY_HOME": str(home), "ARGOSY_PORT": str(port)}


def _run(home: Path, *arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    """A command that is expected to end by itself."""
    return subprocess.run(  # noqa: S603 - a module of ours
        [sys.executable, "-m", "tools.run", *arguments],
        cwd=ROOT,
        env=_environ(home, free_port()) | environ,
        capture_output=True,
        text=True,
        timeout=110,
        check=False,
    )


def _alive(children: dict[int, str]) -> list[int]:
    return [pid for pid, born in children.items() if born and identity(pid) == born]


def _await(what: Callable[[], bool], seconds: float) -> bool:
    until = time.monotonic() + seconds
    while not what():
        if time.monotonic() > until:
            return False
        time.sleep(0.1)
    return True


@pytest.fixture(scope="module")
def home() -> Iterator[Path]:
    with scratch_directory() as directory:
        yield directory / "argosy"


@pytest.fixture
def launched(home: Path) -> Iterator[Launched]:
    """A running shop; the folder keeps its data from test to test."""
    found = Launched(home, free_port())
    try:
        found.await_line(_READY)
        yield found
    finally:
        found.end()


def test_taken_port_is_one_sentence_before_anything_starts(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])

        done = _run(tmp_path, ARGOSY_PORT=port)

    assert done.returncode == 1
    another = "choose another one with ARGOSY_PORT"
    assert done.stderr == (
        f"Argosy cannot run: port {port} cannot be used (Address already in use); {another}\n"
    )
    assert not (tmp_path / "postgres").exists()


def test_bad_setting_is_one_sentence(tmp_path: Path) -> None:
    done = _run(tmp_path, ARGOSY_PORT="eighty")

    assert done.returncode == 1
    assert done.stderr == "Argosy cannot run: ARGOSY_PORT must be a number, not 'eighty'\n"


def test_start_that_fails_half_way_ends_what_it_started() -> None:
    with scratch_directory() as directory:
        done = _run(directory, ARGOSY_BROKER_URL="amqp://guest:guest@127.0.0.1:1//")
        noted = [line.split() for line in (directory / "children").read_text().splitlines()]

    assert done.returncode == 1
    assert "the broker cannot be reached" in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert noted
    assert _alive({int(pid): born for _, pid, born in noted}) == []


@pytest.mark.cluster
@pytest.mark.timeout(300)
def test_first_start_shows_one_confirmed_and_one_cancelled_order(launched: Launched) -> None:
    said = "".join(launched.said)

    assert "The shop sells 60 products in 6 categories and shows 6 documents" in said
    assert "confirmed" in said
    assert "payments.declined" in said
    assert is_ready(launched.port)


@pytest.mark.cluster
@pytest.mark.timeout(300)
def test_second_start_keeps_the_data_and_sells_nothing_twice(launched: Launched) -> None:
    said = "".join(launched.said)

    assert "The shop sells" not in said
    assert "payments.declined" in said


@pytest.mark.cluster
@pytest.mark.timeout(300)
def test_reset_and_a_second_launcher_are_refused_while_one_runs(
    launched: Launched, home: Path
) -> None:
    reset, second = _run(home, "reset"), _run(home)

    sentence = f"Argosy cannot run: Argosy already runs here, as process {launched.process.pid}\n"
    assert (reset.returncode, reset.stderr) == (1, sentence)
    assert (second.returncode, second.stderr) == (1, sentence)
    assert is_ready(launched.port)


@pytest.mark.cluster
@pytest.mark.timeout(300)
def test_killed_web_part_comes_back(launched: Launched) -> None:
    web = next(pid for pid in launched.children() if _is_web(pid))
    os.kill(web, signal.SIGKILL)

    launched.await_line("web ended; it starts again")

    assert _await(lambda: is_ready(launched.port), 30)


def _is_web(pid: int) -> bool:
    return b"libs.runtime\0web" in Path(f"/proc/{pid}/cmdline").read_bytes()


@pytest.mark.cluster
@pytest.mark.timeout(300)
def test_request_to_stop_ends_everything(launched: Launched) -> None:
    children = launched.children()

    launched.process.send_signal(signal.SIGINT)

    assert launched.process.wait(60) == 0
    assert _await(lambda: not _alive(children), 5)


@pytest.mark.cluster
@pytest.mark.timeout(300)
def test_killed_launcher_leaves_nothing_running(launched: Launched) -> None:
    children = launched.children()
    assert len(children) > 6

    launched.process.kill()

    assert _await(lambda: not _alive(children), 20)


@pytest.mark.cluster
@pytest.mark.timeout(300)
def test_reset_forgets_everything(home: Path) -> None:
    done = _run(home, "reset")

    assert done.returncode == 0
    assert not home.exists()
