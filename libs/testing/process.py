"""A program of ours that runs beside its owner: started, ended, started again, measured."""

import os
import signal
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path

import urllib3

from libs.testing.servers.guarded import GuardedProcess
from libs.testing.servers.proctree import descendants

_LOG_LINES = 15
_TICKS = os.sysconf("SC_CLK_TCK")


class ProcessFailed(Exception):
    """A process ended by itself, or was not ready in time; the message holds the end of its log."""


@dataclass(frozen=True)
class Program:
    """What to run, where its output goes, and how long it may take to end when asked."""

    name: str
    command: tuple[str, ...]
    environ: Mapping[str, str]
    directory: Path
    log: Path
    stop_seconds: float = 25.0


class ManagedProcess:
    """One running program and everything below it; it cannot outlive this process."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self._process: GuardedProcess | None = None

    @property
    def name(self) -> str:
        return self.program.name

    @property
    def pid(self) -> int:
        """The process at the top; only while it runs."""
        if self._process is None:
            raise ProcessFailed(f"{self.name} does not run")
        return self._process.pid

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.running

    @property
    def log(self) -> Path:
        return self.program.log

    @property
    def exit_code(self) -> int | None:
        """How it ended; None while it runs, and before its first start."""
        return self._process.exit_code if self._process else None

    def start(self) -> None:
        """Start it; does nothing when it runs."""
        if self.running:
            return
        if self._process:
            self._process.stop(signal.SIGTERM, 0)  # Its guard, the process has ended.
        self.program.log.parent.mkdir(parents=True, exist_ok=True)
        self._process = GuardedProcess(
            self.program.command,
            directory=self.program.directory,
            log=self.program.log,
            environ=dict(self.program.environ),
        )

    def stop(self) -> None:
        """Ask it to end with SIGTERM, and insist after `stop_seconds`."""
        if self._process:
            self._process.stop(signal.SIGTERM, self.program.stop_seconds)

    def kill(self) -> None:
        """SIGKILL it and everything below it at once."""
        if self._process:
            self._process.kill()

    def tail(self) -> str:
        """The last lines of its log."""
        lines = self.log.read_text("utf-8", "replace").splitlines()
        return "\n".join(lines[-_LOG_LINES:])


def await_ready(
    processes: Sequence[ManagedProcess], ready: Callable[[], bool], seconds: float
) -> None:
    """Wait until `ready()`; refuses when a process ends or the time is over."""
    until = time.monotonic() + seconds
    while not ready():
        for process in processes:
            if not process.running:
                raise ProcessFailed(f"{process.name} ended during its start:\n{process.tail()}")
        if time.monotonic() > until:
            names = ", ".join(process.name for process in processes)
            raise ProcessFailed(f"{names} not ready after {seconds:.0f} s")
        time.sleep(0.1)


def is_ready(port: int) -> bool:
    """Whether what listens on this loopback port says that all its services can answer."""
    url = f"http://127.0.0.1:{port}/readyz"
    try:
        answer = urllib3.request("GET", url, retries=False, timeout=2.0)
    except urllib3.exceptions.HTTPError:
        return False
    return answer.status == HTTPStatus.OK


def run_to_end(program: Program, seconds: float, look: Callable[[], None] = lambda: None) -> None:
    """Run a program that ends by itself; the last line of its log says why it failed.

    `look()` is called while it runs and may raise to give up.
    """
    process = ManagedProcess(program)
    process.start()
    until = time.monotonic() + seconds
    try:
        while process.running:
            look()
            if time.monotonic() > until:
                raise ProcessFailed(f"{program.name} did not end within {seconds:.0f} s")
            time.sleep(0.05)
    finally:
        process.stop()
    if process.exit_code:
        raise ProcessFailed(process.tail().rpartition("\n")[2])


def cpu_seconds(root: int) -> float:
    """Processor time of a process, all below it, and all that these have waited for."""
    return sum(_cpu_ticks(pid) for pid in (root, *descendants(root))) / _TICKS


def memory_bytes(root: int) -> int:
    """Memory of a process and all below it; shared pages count in parts (PSS)."""
    return sum(_proportional_bytes(pid) for pid in (root, *descendants(root)))


def _cpu_ticks(pid: int) -> int:
    try:
        stat = Path(f"/proc/{pid}/stat").read_text("utf-8", "replace")
    except OSError:
        return 0
    own_and_children = stat.rpartition(")")[2].split()[11:15]
    return sum(map(int, own_and_children))


def _proportional_bytes(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text("ascii").splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))
