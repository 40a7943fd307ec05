"""The scripts of the evaluation servers, run against real PostgreSQL and Redis."""

import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg2
import pytest
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import AuthenticationError, NoPermissionError, RedisError
from redis.retry import Retry

from libs.runtime import registry
from libs.testing.servers.postgres import PostgresServer
from libs.testing.servers.private import free_port, scratch_directory
from libs.testing.servers.programs import program
from tests.platform.manifests import scripts
from tests.platform.manifests.scripts import AWKWARD

SERVICES = registry.discover()
# The superuser comes without a password, as it does by the socket in the pod; nobody else does.
_ACCESS = "host all argosy 127.0.0.1/32 trust\nhost all all 127.0.0.1/32 scram-sha-256\n"


@dataclass(frozen=True)
class Prepared:
    """A PostgreSQL on which the script has run once."""

    server: PostgresServer
    scripts: Path
    folder: Path

    def give_roles(self, urls: dict[str, str]) -> "subprocess.CompletedProcess[str]":
        where = {"PGHOST": "127.0.0.1", "PGPORT": f"{self.server.port}", "PGUSER": "argosy"}
        folder = scripts.addresses(self.folder / f"addresses-{time.monotonic_ns()}", urls)
        return scripts.run(self.scripts / "postgresql-roles.sh", folder, **where)

    def url(self, service: str, password: str = AWKWARD) -> str:
        place = f"127.0.0.1:{self.server.port}/{service}?connect_timeout=5"
        return scripts.url("postgresql", service, password, place)


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Prepared]:
    folder = tmp_path_factory.mktemp("data-eval")
    with scratch_directory() as directory, PostgresServer(directory, fsync=False) as server:
        (server.data / "pg_hba.conf").write_text(_ACCESS, "ascii")
        _ask(server.url, "SELECT pg_reload_conf()")
        made = Prepared(server, scripts.unpack(folder / "scripts"), folder)
        done = made.give_roles({service: made.url(service) for service in SERVICES})
        assert done.returncode == 0, done.stderr
        yield made


def _ask(url: str, sql: str) -> tuple[Any, ...] | None:
    with closing(psycopg2.connect(url, connect_timeout=5)) as connection:
        cursor = connection.cursor()
        cursor.execute(sql)
        row: tuple[Any, ...] | None = cursor.fetchone()
        return row


@pytest.mark.parametrize("service", SERVICES)
def test_every_service_owns_the_database_that_its_address_names(prepared, service):
    rights = _ask(
        prepared.url(service),
        "CREATE TABLE made_by_its_owner (id int);"
        "SELECT rolsuper, rolcreatedb, rolcreaterole FROM pg_roles WHERE rolname = user",
    )

    assert rights == (False, False, False)


def test_a_service_is_kept_out_of_the_database_of_another(prepared):
    other = prepared.url("orders").replace("/orders?", "/payments?")

    with pytest.raises(psycopg2.OperationalError, match="permission denied for database"):
        psycopg2.connect(other)


def test_a_new_password_counts_after_the_next_start(prepared):
    done = prepared.give_roles({"carts": prepared.url("carts", "another-one")})

    assert done.returncode == 0, done.stderr
    psycopg2.connect(prepared.url("carts", "another-one")).close()
    with pytest.raises(psycopg2.OperationalError, match="password authentication failed"):
        psycopg2.connect(prepared.url("carts"))


def test_a_service_that_comes_later_gets_its_database(prepared):
    done = prepared.give_roles({"newcomer": prepared.url("newcomer")})

    assert done.returncode == 0, done.stderr
    psycopg2.connect(prepared.url("newcomer")).close()


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        ("postgresql://carts:x@db/orders", "must name the role and the database orders"),
        ("postgresql://orders:x@db/carts", "must name the role and the database orders"),
        ("postgresql://orders@db/orders", "holds no scheme://user:password@host address"),
        ("postgresql://orders:@db/orders", "has no password"),
        ("db", "holds no scheme://user:password@host address"),
    ],
)
def test_an_address_that_cannot_be_meant_is_refused_in_one_sentence(prepared, address, sentence):
    done = prepared.give_roles({"orders": address})

    assert done.returncode == 1
    assert sentence in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


@pytest.fixture
def redis(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[int]:
    """The port of a Redis that the script has started with the test's address."""
    address, port = tmp_path / "url", free_port()
    address.write_text(request.param, "utf-8")
    script = scripts.unpack(tmp_path / "scripts") / "redis-start.sh"
    options = ("--port", f"{port}", "--bind", "127.0.0.1")
    process = subprocess.Popen(  # noqa: S603 - a script of ours
        [program("bash"), script, address, *options],
        cwd=tmp_path,
        env={"PATH": f"{program('redis-server').parent}:/usr/bin:/bin", "TMPDIR": f"{tmp_path}"},
        stdout=subprocess.DEVNULL,
    )
    try:
        yield port
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(20)


def _answer(port: int, user: str, password: str) -> Redis:
    at_once = Retry(NoBackoff(), 0)
    client = Redis(
        "127.0.0.1", port, username=user, password=password, socket_timeout=5, retry=at_once
    )
    until = time.monotonic() + 20
    while True:
        try:
            client.ping()
        except (ConnectionError, RedisError) as fault:
            if isinstance(fault, AuthenticationError) or time.monotonic() > until:
                raise
            time.sleep(0.05)
        else:
            return client


@pytest.mark.parametrize(
    ("redis", "user"),
    [
        (scripts.url("redis", "", AWKWARD, "redis:6379/0"), "default"),
        (scripts.url("redis", "argosy", AWKWARD, "redis:6379/0"), "argosy"),
    ],
    indirect=["redis"],
    ids=["without a user", "with a user"],
)
def test_redis_takes_the_password_of_the_address_and_no_administration(redis, user):
    client = _answer(redis, user, AWKWARD)

    client.set("counter", 1)

    with pytest.raises(NoPermissionError):
        client.config_get("dir")
    with pytest.raises(AuthenticationError):
        _answer(redis, user, "guessed")
