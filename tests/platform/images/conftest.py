"""One engine, one base and two images for all tests of images, and servers for their containers."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import pytest

from libs.runtime import registry
from libs.runtime.keys import make_keys
from libs.testing.installation import Installation, Servers
from libs.testing.process import Program
from libs.testing.servers.given import GivenRabbit, GivenRedis
from libs.testing.servers.postgres import Databases
from libs.testing.servers.private import free_port
from libs.testing.servers.programs import MissingProgram
from libs.testing.servers.rabbit import RabbitServer
from libs.testing.servers.redis import RedisServer
from tests.platform.images.containers import Command
from tools.images.base import ensure_base
from tools.images.build import ALL_IN_ONE, Release, build, build_base
from tools.images.contents import Contents, read
from tools.images.daemon import running_engine
from tools.images.engine import Engine, EngineError

SERVICE = "orders"
RELEASE = Release(version="9.8.7", revision="0123abc", repository="argosy-test")


@pytest.fixture(scope="session")
def engine() -> Iterator[Engine]:
    """The engine of the run; tests that need it are skipped where none can be had."""
    with ExitStack() as stack:
        try:
            found = stack.enter_context(running_engine())
        except EngineError as fault:
            pytest.skip(f"no image is tested: {fault}")
        yield found


@pytest.fixture(scope="session")
def python_image(engine: Engine) -> str | None:
    """The base image made here; None, where none can be made, is the public one."""
    try:
        return ensure_base(engine)
    except MissingProgram:
        return None


@pytest.fixture(scope="session")
def images(engine: Engine, python_image: str | None) -> Iterator[Mapping[str, str]]:
    """The IDs of the images that are tested, by service."""
    names = (SERVICE, ALL_IN_ONE)
    build_base(engine, RELEASE, python_image)
    built = dict(build(engine, RELEASE, names))
    yield {name: built[RELEASE.name(name)] for name in names}
    # The builder stays: the next run takes its packages from it.
    engine.discard(*(RELEASE.name(name) for name in (*names, "base")))


@pytest.fixture(scope="session")
def contents(engine: Engine, images: Mapping[str, str]) -> Mapping[str, Contents]:
    """Every file of the images, by service."""
    return {name: read(engine, image) for name, image in images.items()}


@dataclass(frozen=True)
class Place:
    """Servers, keys and ports for the containers of one shop."""

    installation: Installation
    web_port: int

    @property
    def environ(self) -> dict[str, str]:
        """What the containers are told, and nothing else."""
        given = self.installation.environ()
        return {name: value for name, value in given.items() if name.startswith("ARGOSY_")}

    def command(self, image: str, *arguments: str, module: str = "", **extra: str) -> Command:
        """A container of this shop."""
        keys = self.installation.keys.directory
        return Command(image, arguments, self.environ | extra, module, keys)

    def program(self, image: str, program: Program) -> Command:
        """A program of the installation as a container."""
        _, _, module, *arguments = program.command
        return self.command(image, *arguments, module=module)

    def web(self, image: str, port: int, **extra: str) -> Command:
        """The image's web role."""
        where = ("--host", "127.0.0.1", "--port", f"{port}")
        return self.command(image, "web", *where, "--workers", "1", **extra)

    def worker(self, image: str, pool: str, port: int, **extra: str) -> Command:
        """The image's worker role, its probes on the port."""
        probes = {"ARGOSY_WORKER_PORT": f"{port}"}
        return self.command(image, "worker", "--pool", pool, **probes, **extra)


@pytest.fixture(scope="module")
def place(
    postgres_server: Databases,
    rabbit_server: RabbitServer | GivenRabbit,
    redis_server: RedisServer | GivenRedis,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Place]:
    """Empty databases, an empty virtual host and new keys, for a module's containers."""
    mark, folder = uuid4().hex, tmp_path_factory.mktemp("place")
    web_port = free_port()
    with ExitStack() as stack:
        databases = {}
        for service in registry.discover():
            name = f"argosy_test_{service}_{mark}"
            stack.callback(postgres_server.drop_database, name)
            databases[service] = postgres_server.create_database(name)
        stack.callback(rabbit_server.drop_vhost, mark)
        installation = Installation(
            servers=Servers(databases, rabbit_server.new_vhost(mark), redis_server.url),
            keys=make_keys(folder / "keys"),
            webhook_key=b"the webhook key of a test",
            simulator_port=free_port(),
            public_url=f"http://127.0.0.1:{web_port}",
            carts_url="local:carts",
            logs=folder,
            journal=Path("/tmp/payments.jsonl"),  # noqa: S108 - of the container's own
            extra={},
        )
        for path in installation.keys.directory.rglob("*"):
            # As a cluster does for the group of the pod's user.
            path.chmod(0o755 if path.is_dir() else 0o644)
        yield Place(installation, web_port)
