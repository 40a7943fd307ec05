"""The private servers keep their promises: data over a kill, no process left behind."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg2
import pytest
from amqp import Connection, Message
from redis import Redis

from libs.testing.servers.postgres import PostgresServer
from libs.testing.servers.private import ServerFailed, scratch_directory
from libs.testing.servers.proctree import descendants, identity, kill_tree
from libs.testing.servers.programs import MissingProgram, postgres_program, rabbit_program
from libs.testing.servers.rabbit import RabbitServer
from libs.testing.servers.redis import RedisServer

_QUORUM = {"x-queue-type": "quorum"}
_OWNER = """
import sys, time
from pathlib import Path
from libs.testing.servers.redis import RedisServer
server = RedisServer(Path(sys.argv[1]))
server.start()
print(server.pid, flush=True)
time.sleep(60)
"""


@pytest.fixture
def scratch() -> Iterator[Path]:
    with scratch_directory() as directory:
        yield directory


def _rows(url: str, statement: str) -> list[tuple[object, ...]]:
    connection = psycopg2.connect(url, connect_timeout=5)
    try:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(statement)
            return cursor.fetchall() if cursor.description else []
    finally:
        connection.close()


def _gone_within(pid: int, started: str, seconds: float) -> bool:
    until = time.monotonic() + seconds
    while identity(pid) == started and time.monotonic() < until:
        time.sleep(0.05)
    return identity(pid) != started


@pytest.mark.parametrize("fsync", [True, False])
def test_postgres_keeps_committed_rows_and_its_port_over_a_kill(scratch, fsync):
    with PostgresServer(scratch, fsync=fsync) as server:
        url = server.create_database("kept")
        _rows(url, "CREATE TABLE mug AS SELECT 7 AS quantity")

        server.kill()
        server.start()

        assert _rows(url, "SELECT quantity FROM mug") == [(7,)]


def test_a_kill_of_postgres_ends_its_backends_too(scratch):
    with PostgresServer(scratch, fsync=False) as server:
        client = psycopg2.connect(server.url, connect_timeout=5)
        pids = (server.pid, *descendants(server.pid))
        tree = {pid: started for pid in pids if (started := identity(pid))}

        server.kill()

        assert client.get_backend_pid() in tree
        assert not [pid for pid, started in tree.items() if identity(pid) == started]
        client.close()


def test_fsync_is_on_unless_speed_is_asked_for(scratch):
    with (
        PostgresServer(scratch / "safe") as safe,
        PostgresServer(scratch / "fast", fsync=False) as fast,
    ):
        answers = [_rows(server.url, "SHOW fsync") for server in (safe, fast)]

    assert answers == [[("on",)], [("off",)]]


def test_rabbit_keeps_confirmed_messages_of_a_quorum_queue_over_a_kill(scratch):
    with RabbitServer(scratch) as server:
        server.new_vhost("kept")
        options = {"virtual_host": "kept", "connect_timeout": 5, "read_timeout": 10}
        address = f"127.0.0.1:{server.port}"
        with Connection(address, confirm_publish=True, **options) as connection:
            channel = connection.channel()
            channel.queue_declare("orders", durable=True, auto_delete=False, arguments=_QUORUM)
            # RabbitMQ writes its list of Raft members every half second: a younger queue is lost.
            time.sleep(1.5)
            channel.basic_publish_confirm(Message("paid", delivery_mode=2), "", "orders", timeout=5)

        server.kill()
        server.start()

        with Connection(address, **options) as connection:
            message = connection.channel().basic_get("orders", no_ack=True)
        assert message is not None
        assert message.body == "paid"


def test_a_new_vhost_of_a_known_name_is_empty(rabbit_server):
    rabbit_server.new_vhost("reused")
    options = {
        "host": rabbit_server.url.rpartition("@")[2].partition("/")[0],
        "virtual_host": "reused",
        "connect_timeout": 5,
        "read_timeout": 10,
    }
    with Connection(**options) as connection:
        channel = connection.channel()
        channel.queue_declare("left_over", durable=True, auto_delete=False, arguments=_QUORUM)

    rabbit_server.new_vhost("reused")

    with Connection(**options) as connection, pytest.raises(connection.channel_errors):
        connection.channel().queue_declare("left_over", passive=True)
    rabbit_server.drop_vhost("reused")


def test_redis_starts_empty_on_the_same_port_after_a_kill(scratch):
    with RedisServer(scratch) as server, Redis.from_url(server.url, socket_timeout=2) as client:
        client.set("mug", "7")

        server.kill()
        server.start()

        assert client.get("mug") is None


def test_a_server_dies_with_the_process_that_started_it(scratch):
    script = [sys.executable, "-c", _OWNER, str(scratch)]
    with subprocess.Popen(script, stdout=subprocess.PIPE, text=True) as owner:  # noqa: S603 - ours
        assert owner.stdout is not None
        server = int(owner.stdout.readline())
        started = identity(server)

        os.kill(owner.pid, signal.SIGKILL)

    assert started
    assert _gone_within(server, started, seconds=10)


def test_a_later_process_with_the_same_pid_is_never_killed():
    bystander = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(30)"])

    kill_tree(bystander.pid, started="another start time")

    assert bystander.poll() is None
    bystander.kill()
    bystander.wait()


def test_a_server_that_cannot_start_says_why_and_leaves_no_process(scratch):
    server = RedisServer(scratch)

    with (
        socket.create_server(("127.0.0.1", server.port)),
        pytest.raises(ServerFailed, match="Address already in use"),
    ):
        server.start()

    assert not server.running


def test_a_second_start_is_refused(scratch):
    with RedisServer(scratch) as server, pytest.raises(ServerFailed, match="already runs"):
        server.start()


def test_a_database_is_copied_from_its_template_and_dropped_under_its_clients(postgres_server):
    template = postgres_server.create_database("pattern")
    _rows(template, "CREATE TABLE mug AS SELECT 7 AS quantity")

    copy = postgres_server.create_database("copy", template="pattern")

    assert _rows(copy, "SELECT quantity FROM mug") == [(7,)]
    client = psycopg2.connect(copy, connect_timeout=5)
    for name in ("copy", "pattern"):
        postgres_server.drop_database(name)
    with pytest.raises(psycopg2.OperationalError):
        psycopg2.connect(copy, connect_timeout=5)
    client.close()


def test_every_test_gets_an_empty_database(database_url):
    tables = _rows(database_url, "SELECT 1 FROM pg_tables WHERE schemaname = 'public'")

    assert tables == []


@pytest.mark.parametrize("find", [postgres_program, rabbit_program])
def test_a_missing_program_is_named(find, tmp_path):
    with pytest.raises(MissingProgram, match="frobnicate"):
        find("frobnicate", homes=str(tmp_path), path=str(tmp_path))


def test_the_newest_postgres_is_found(tmp_path):
    for version in ("9.6", "15", "14"):
        program = tmp_path / version / "bin" / "postgres"
        program.parent.mkdir(parents=True)
        program.touch(mode=0o755)

    assert postgres_program("postgres", homes=str(tmp_path)).parts[-3] == "15"
