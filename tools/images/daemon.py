"""An engine for whoever needs one: that which answers, or one that is started and ended here."""

import fcntl
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from libs.testing.servers.proctree import identity
from libs.testing.servers.programs import MissingProgram, program
from tools.images.engine import Engine, EngineError
from tools.images.provided import provided

_HOME = Path("/run/argosy-engine")
_PACKAGE = "docker.io"
_START_SECONDS = 60.0
_STOP_SECONDS = 30.0
_LOG_LINES = 5
# Containers use the machine's own network or none, so its firewall stays as it is.
_OPTIONS = ("--bridge=none", "--iptables=false", "--ip6tables=false")


@contextmanager
def running_engine() -> Iterator[Engine]:
    """The engine that answers; for root, where none does, one of ours from Debian's package.

    An engine of ours serves everybody who comes meanwhile, and the last of them ends it.
    """
    try:
        engine = Engine(provided("docker", _PACKAGE))
        if os.geteuid() == 0 and "DOCKER_HOST" not in os.environ:
            with Daemon(engine):
                yield engine
            return
    except MissingProgram as missing:
        raise EngineError(f"there is no Docker engine: {missing}") from missing
    if not engine.answers:
        raise EngineError("no Docker engine answers, and only root may start one")
    yield engine


class Daemon:
    """The one engine of ours on this machine; `users` is locked by everybody who uses it.

    An engine that answers already, and that nobody started here, is used and left as it is.
    """

    def __init__(self, engine: Engine, home: Path = _HOME, options: Sequence[str] = ()) -> None:
        self._engine = engine
        self._home = home
        self._options = (*_OPTIONS, *options)
        self._pid_file = home / "pid"
        self._started_file = home / "started"

    def __enter__(self) -> None:
        self._home.mkdir(mode=0o700, exist_ok=True)
        with self._alone():
            self._users: IO[str] = (self._home / "users").open("w")
            fcntl.flock(self._users, fcntl.LOCK_SH)
            try:
                if not self._engine.answers:
                    self._start()
            except BaseException:
                self._users.close()
                raise

    def __exit__(self, *_: object) -> None:
        with self._alone(), self._users:
            try:
                fcntl.flock(self._users, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return  # Somebody else still uses it, and will come here.
            self._stop()

    @contextmanager
    def _alone(self) -> Iterator[None]:
        with (self._home / "gate").open("w") as gate:
            fcntl.flock(gate, fcntl.LOCK_EX)
            yield

    def _start(self) -> None:
        dockerd = provided("dockerd", _PACKAGE)
        log = self._home / "dockerd.log"
        with log.open("wb") as output:
            # Its parent ends at once: the engine may outlive this process, and belongs to nobody.
            subprocess.run(  # noqa: S603 - a fixed program, no shell
                [program("setsid"), "--fork", dockerd, "--pidfile", self._pid_file, *self._options],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                timeout=_START_SECONDS,
                check=True,
            )
        if not _within(_START_SECONDS, lambda: self._engine.answers):
            self._stop()
            lines = log.read_text("utf-8", "replace").splitlines()[-_LOG_LINES:]
            raise EngineError("\n".join(["the Docker engine did not start:", *lines]))
        self._started_file.write_text(identity(int(self._pid_file.read_text("ascii"))), "ascii")

    def _stop(self) -> None:
        """End the engine if it is ours; an engine that was there before has no file here."""
        if not self._pid_file.exists() or not self._started_file.exists():
            return
        pid, started = int(self._pid_file.read_text("ascii")), self._started_file.read_text("ascii")
        self._started_file.unlink()
        if not started or identity(pid) != started:
            return
        os.kill(pid, signal.SIGTERM)
        if not _within(_STOP_SECONDS, lambda: identity(pid) != started):
            os.kill(pid, signal.SIGKILL)


def _within(seconds: float, happens: Callable[[], bool]) -> bool:
    until = time.monotonic() + seconds
    while not happens():
        if time.monotonic() > until:
            return False
        time.sleep(0.1)
    return True
