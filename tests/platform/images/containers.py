"""Containers as a hardened cluster runs them: nothing writable but /tmp, no rights, no user."""

import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from libs.testing.process import is_ready
from tests.end_to_end.shop import await_that
from tools.images.engine import Engine

PYTHON = "/opt/argosy/venv/bin/python"
USER = 65532
# The longest grace of a web or saga worker pod.
GRACE_SECONDS = 40.0
_START_SECONDS = 60.0
# The servers listen on the loopback addresses of this machine, so its network is shared.
_HARDENED = (
    *("--network", "host", "--read-only", "--cap-drop", "ALL"),
    *("--security-opt", "no-new-privileges", "--user", f"{USER}:{USER}"),
    *("--tmpfs", "/tmp:size=64m,mode=1777"),  # noqa: S108 - of the container's own
)


@dataclass(frozen=True)
class Command:
    """What one container does: the image's own entrance with a role, or another Python module."""

    image: str
    arguments: Sequence[str] = ()
    environ: Mapping[str, str] = field(default_factory=dict)
    module: str = ""
    mount: Path | None = None

    @property
    def words(self) -> list[str]:
        """The words of `docker run` after the hardening."""
        words = [word for pair in self.environ.items() for word in ("--env", "=".join(pair))]
        if self.mount:
            words += ["--volume", f"{self.mount}:{self.mount}:ro"]
        if self.module:
            return [*words, "--entrypoint", PYTHON, self.image, "-m", self.module, *self.arguments]
        return [*words, self.image, *self.arguments]


@dataclass(frozen=True)
class Container:
    """One container of ours, running or ended."""

    engine: Engine
    id: str

    @property
    def running(self) -> bool:
        return self._state("Running") == "true"

    @property
    def log(self) -> str:
        """What it has written so far."""
        done = subprocess.run(  # noqa: S603 - a fixed program, no shell
            [self.engine.client, "logs", self.id],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=60,
            check=True,
        )
        return done.stdout

    def signal(self, name: str) -> None:
        """Send a signal to its first process."""
        self.engine.run("kill", "--signal", name, self.id)

    def exit_code(self, seconds: float) -> int:
        """How it ended, which it must within so many seconds."""
        await_that("the end of the container", lambda: not self.running, seconds)
        return int(self._state("ExitCode"))

    def await_ready(self, port: int) -> None:
        """Wait until what it serves on the port says that it can work."""
        await_that("readiness", lambda: is_ready(port) or not self.running, _START_SECONDS)
        if not self.running:
            raise AssertionError(self.log)

    def _state(self, name: str) -> str:
        answer = self.engine.run("inspect", "--format", f"{{{{.State.{name}}}}}", self.id)
        return answer.strip()


@contextmanager
def started(engine: Engine, command: Command) -> Iterator[Container]:
    """A container for the block; nothing of it is left."""
    container = Container(engine, engine.run("run", "--detach", *_HARDENED, *command.words).strip())
    try:
        yield container
    finally:
        engine.run("rm", "--force", "--volumes", container.id)


def ended(engine: Engine, command: Command, seconds: float = 60.0) -> tuple[int, str]:
    """The exit code and the output of a container that ends by itself."""
    with started(engine, command) as container:
        code = container.exit_code(seconds)
        return code, container.log
