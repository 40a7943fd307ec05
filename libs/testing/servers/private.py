"""What the private servers share: a port, a folder, a start that waits, and three ways to end."""

import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import time
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import ClassVar, Self

from libs.testing.servers.proctree import identity, kill_tree

REPOSITORY = Path(__file__).parents[3]
# Below the range the kernel takes outgoing ports from: a killed server finds its port free again.
_PORTS = range(15000, 32000)


class ServerFailed(Exception):
    """A private server did not start, with the end of its log."""


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
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise ServerFailed("no free loopback port was found")


class GuardedProcess:
    """A child process in its own session that cannot outlive this process."""

    def __init__(
        self,
        command: list[str],
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
                group=user and _group_of(user),
                extra_groups=None if user is None else [],
            )
        self.pid = self._process.pid
        self._started = identity(self.pid)
        self._guard = subprocess.Popen(  # noqa: S603 - our own module
            [
                sys.executable,
                "-S",
                "-m",
                guard_module(),
                str(os.getpid()),
                str(self.pid),
                self._started,
            ],
            cwd=REPOSITORY,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
