"""The toy services on servers that the tests share, or on servers that a test may hurt."""

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from libs.messaging.topology import DELIVERY_LIMIT
from libs.testing.servers.postgres import Databases, PostgresServer
from libs.testing.servers.private import scratch_directory
from libs.testing.servers.rabbit import RabbitServer
from tests.messaging.floor import Floor, install, make_template


@pytest.fixture(scope="session")
def template(postgres_server: Databases) -> str:
    """The name of the toys' database to copy."""
    return make_template(postgres_server)


@pytest.fixture
def floor(
    request: pytest.FixtureRequest,
    postgres_server: Databases,
    template: str,
    rabbit_server: RabbitServer,
    tmp_path: Path,
) -> Iterator[Floor]:
    """The toys on the run's servers; a parameter is the delivery limit of their queues."""
    vhost = f"toys_{uuid4().hex}"
    limit = getattr(request, "param", DELIVERY_LIMIT)
    databases = install(postgres_server, template)
    toys = Floor(databases, rabbit_server.new_vhost(vhost), tmp_path, limit)
    toys.declare()
    yield toys
    toys.close()
    rabbit_server.drop_vhost(vhost)


@pytest.fixture
def own_postgres() -> Iterator[PostgresServer]:
    """A database server that the test may stop."""
    with scratch_directory() as directory, PostgresServer(directory) as server:
        yield server


@pytest.fixture(scope="session")
def own_rabbit() -> Iterator[RabbitServer]:
    """A broker that a test may stop, kill and starve, and leaves as it found it."""
    with scratch_directory() as directory, RabbitServer(directory) as server:
        yield server


@pytest.fixture
def fragile(
    postgres_server: Databases, template: str, own_rabbit: RabbitServer, tmp_path: Path
) -> Iterator[Floor]:
    """The toys on the broker that may be hurt.

    Its virtual host stays: RabbitMQ 3.10, when it loses a quorum queue just after a start, may lose
    the supervisor of its dead letters as well, and then takes no such queue ever again.
    """
    vhost = f"toys_{uuid4().hex}"
    toys = Floor(install(postgres_server, template), own_rabbit.new_vhost(vhost), tmp_path)
    toys.declare()
    yield toys
    toys.close()
