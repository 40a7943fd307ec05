"""What the private servers share: a port, a folder, a start that waits, and two ways to end."""

import random
import shutil
import signal
import socket
import tempfile
import time
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import ClassVar, Self

from libs.testing.servers.guarded import GuardedProcess

# Below the range the kernel takes outgoing ports from: a killed server finds its port free again.
_PORTS = range(15000, 32000)
_LOG_LINES = 15


class ServerFailed(Exception):
    """A private server did not do as told; the message holds the end of its log."""


@contextmanager
def scratch_directory() -> Iterator[Path]:
    """A temporary folder that a server under another user can reach; removed afterwards."""
    with tempfile.TemporaryDirectory(prefix="argosy-", ignore_cleanup_errors=True) as name:
        directory = Path(name)
        directory.chmod(0o711)
        yield directory


def free_port() -> int:
    """A loopback port that nothing listens on, outside the kernel's own range."""
    for port in random.sample(_PORTS, 200):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise ServerFailed("no free loopback port was found")


class PrivateServer(ABC):
    """A server of ours alone. Port and data stay the same over stop, kill and start."""

    name: ClassVar[str]
    stop_signal: ClassVar[signal.Signals] = signal.SIGTERM
    start_seconds: ClassVar[float] = 60.0
    stop_seconds: ClassVar[float] = 20.0

    def __init__(self, directory: Path) -> None:
        self.directory = directory.resolve()
        self.port = free_port()
        self.log = self.directory / f"{self.name}.log"
        self._processes: list[GuardedProcess] = []

    @property
    @abstractmethod
    def url(self) -> str:
        """Where clients connect."""

    @property
    def pid(self) -> int:
        """The server process itself; only while it runs."""
        return self._processes[-1].pid

    @property
    def running(self) -> bool:
        return bool(self._processes) and self._processes[-1].running

    def start(self) -> None:
        """Start it and wait until it answers a client."""
        if self.running:
            raise ServerFailed(f"{self.name} already runs as process {self.pid}")
        self.directory.mkdir(parents=True, exist_ok=True)
        self._prepare()
        try:
            self._launch()
            self._await_answer()
        except BaseException:
            self.kill()
            raise

    def stop(self) -> None:
        """End it in its own orderly way; does nothing when it does not run."""
        while self._processes:
            self._processes.pop().stop(self.stop_signal, self.stop_seconds)

    def kill(self) -> None:
        """SIGKILL it and everything below it at once; the data stay as they are."""
        while self._processes:
            self._processes.pop().kill()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @abstractmethod
    def _prepare(self) -> None:
        """Write the data folder and configuration if they do not exist."""

    @abstractmethod
    def _launch(self) -> None:
        """Start the processes with `_run`, the server itself last."""

    @abstractmethod
    def _answers(self) -> bool:
        """Whether a real client is served."""

    def _run(
        self,
        *command: str | Path,
        environ: dict[str, str] | None = None,
        user: str | None = None,
    ) -> None:
        self._processes.append(
            GuardedProcess(
                command, directory=self.directory, log=self.log, environ=environ, user=user
            )
        )

    def _await_answer(self) -> None:
        until = time.monotonic() + self.start_seconds
        while not self._answers():
            if not self.running or time.monotonic() > until:
                lines = self.log.read_text("utf-8", "replace").splitlines()[-_LOG_LINES:]
                raise ServerFailed("\n".join([f"{self.name} did not start:", *lines]))
            time.sleep(0.05)

    def _give_to(self, user: str | None, folder: Path) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if user:
            shutil.chown(folder, user)
