"""A child process in a session of its own that cannot outlive the process that started it."""

import os
import pwd
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from libs.testing.servers.proctree import identity, kill_tree

_REPOSITORY = Path(__file__).parents[3]


class GuardedProcess:
    """A program that runs until it is ended here, or until this process dies."""

    def __init__(
        self,
        command: Sequence[str | Path],
        *,
        directory: Path,
        log: Path,
        environ: Mapping[str, str] | None = None,
        user: str | None = None,
    ) -> None:
        with log.open("ab") as output:
            self._process = subprocess.Popen(  # noqa: S603 - a fixed program, no shell
                command,
                cwd=directory,
                env=environ,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                user=user,
                group=user and pwd.getpwnam(user).pw_gid,
                extra_groups=user and [],
            )
        self.pid = self._process.pid
        self._started = identity(self.pid)
        guard = ("-m", "libs.testing.servers.guard", f"{os.getpid()}", f"{self.pid}", self._started)
        self._guard = subprocess.Popen(  # noqa: S603 - a module of ours
            [sys.executable, "-S", *guard],
            cwd=_REPOSITORY,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )

    @property
    def running(self) -> bool:
        return self._process.poll() is None

    @property
    def exit_code(self) -> int | None:
        """How it ended, as in subprocess; None while it runs."""
        return self._process.poll()

    def stop(self, number: signal.Signals, wait_seconds: float) -> None:
        """End it by the signal it takes as a request; by SIGKILL when it does not obey."""
        if self.running:
            self._process.send_signal(number)
        try:
            self._process.wait(wait_seconds)
        except subprocess.TimeoutExpired:
            self.kill()
        self._dismiss_guard()

    def kill(self) -> None:
        """SIGKILL the process and everything below it; all of it is gone when this returns."""
        kill_tree(self.pid, self._started)
        self._process.wait()
        self._dismiss_guard()

    def _dismiss_guard(self) -> None:
        self._guard.kill()
        self._guard.wait()
