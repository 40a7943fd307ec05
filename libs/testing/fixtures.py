"""Fixtures for every test: servers, databases and virtual hosts, made only when asked for."""

import os
from collections.abc import Iterator
from contextlib import ExitStack
from uuid import uuid4

import pytest
from redis import Redis

from libs.testing.servers.given import GivenPostgres, GivenRabbit, GivenRedis
from libs.testing.servers.postgres import Databases, PostgresServer
from libs.testing.servers.private import scratch_directory
from libs.testing.servers.rabbit import RabbitServer
from libs.testing.servers.redis import RedisServer


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Databases]:
    """The run's PostgreSQL: private, or the one of ARGOSY_TEST_POSTGRES_URL."""
    if url := os.environ.get("ARGOSY_TEST_POSTGRES_URL"):
        yield GivenPostgres(url)
        return
    with scratch_directory() as directory, PostgresServer(directory, fsync=False) as server:
        yield server


@pytest.fixture(scope="session")
def rabbit_server() -> Iterator[RabbitServer | GivenRabbit]:
    """The run's broker: private, or the one of ARGOSY_TEST_BROKER_URL."""
    if url := os.environ.get("ARGOSY_TEST_BROKER_URL"):
        yield GivenRabbit(url)
        return
    with scratch_directory() as directory, RabbitServer(directory, fsync=False) as server:
        yield server


@pytest.fixture(scope="session")
def redis_server() -> Iterator[RedisServer | GivenRedis]:
    """The run's Redis: private, or the one of ARGOSY_TEST_REDIS_URL."""
    if url := os.environ.get("ARGOSY_TEST_REDIS_URL"):
        yield GivenRedis(url)
        return
    with scratch_directory() as directory, RedisServer(directory) as server:
        yield server


@pytest.fixture
def database_url(postgres_server: Databases) -> Iterator[str]:
    """An empty database for this test alone."""
    name = f"argosy_test_{uuid4().hex}"
    with ExitStack() as stack:
        stack.callback(postgres_server.drop_database, name)
        yield postgres_server.create_database(name)


@pytest.fixture(scope="module")
def broker_url(rabbit_server: RabbitServer | GivenRabbit) -> Iterator[str]:
    """A virtual host for this test module alone."""
    name = f"argosy_test_{uuid4().hex}"
    with ExitStack() as stack:
        stack.callback(rabbit_server.drop_vhost, name)
        yield rabbit_server.new_vhost(name)


@pytest.fixture
def redis_url(redis_server: RedisServer | GivenRedis) -> str:
    """The run's Redis, emptied."""
    with Redis.from_url(redis_server.url, socket_timeout=5) as client:
        client.flushdb()
    return redis_server.url
