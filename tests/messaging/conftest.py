"""The toy services on servers that the tests share, or on servers that a test may hurt."""

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from libs.testing.servers.postgres import Databases, PostgresServer
from libs.testing.servers.private import scratch_directory
from libs.testing.servers.rabbit import RabbitServer
from tests.messaging.floor import Floor, install


@pytest.fixture
def floor(postgres_server: Databases, broker_url: str, tmp_path: Path) -> Iterator[Floor]:
    """The toys on the run's servers, with nothing in their queues."""
    toys = Floor(install(postgres_server), broker_url, tmp_path)
    toys.declare()
    yield toys
    toys.close()


@pytest.fixture
def own_postgres() -> Iterator[PostgresServer]:
    """A database server that the test may stop."""
    with scratch_directory() as directory, PostgresServer(directory, fsync=False) as server:
        yield server


@pytest.fixture(scope="session")
def own_rabbit() -> Iterator[RabbitServer]:
    """A broker that a test may stop, kill and starve, and leaves as it found it."""
    with scratch_directory() as directory, RabbitServer(directory) as server:
        yield server


@pytest.fixture
def fragile(
    postgres_server: Databases, own_rabbit: RabbitServer, tmp_path: Path
) -> Iterator[Floor]:
    """The toys on the broker that may be hurt."""
    vhost = f"toys_{uuid4().hex}"
    toys = Floor(install(postgres_server), own_rabbit.new_vhost(vhost), tmp_path)
    toys.declare()
    yield toys
    toys.close()
    own_rabbit.drop_vhost(vhost)
