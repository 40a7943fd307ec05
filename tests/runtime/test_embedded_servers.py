"""The embedded PostgreSQL and Valkey keep their data, and let nobody in without a password."""

import shutil
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psycopg2
import pytest
from redis import AuthenticationError, Redis

from libs.settings import SettingsError
from libs.testing.servers.private import scratch_directory
from tools.run import databases
from tools.run.place import Place
from tools.run.postgres import EmbeddedPostgres
from tools.run.unprivileged import Quarters
from tools.run.valkey import EmbeddedValkey


@pytest.fixture(scope="module")
def place() -> Iterator[Place]:
    with scratch_directory() as directory:
        found = Place(directory)
        found.logs.mkdir()
        yield found


@pytest.fixture(scope="module")
def postgres(place: Place) -> Iterator[EmbeddedPostgres]:
    with EmbeddedPostgres(place) as server:
        yield server


@pytest.fixture(scope="module")
def urls(postgres: EmbeddedPostgres, place: Place) -> dict[str, str]:
    return databases.ensure(postgres.url, ("orders", "carts"), place)


def _run(url: str, statement: str) -> list[tuple[object, ...]]:
    with closing(psycopg2.connect(url, connect_timeout=5)) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(statement)
            return cursor.fetchall() if cursor.description else []


def test_each_service_owns_its_database(urls: dict[str, str]) -> None:
    _run(urls["orders"], "CREATE TABLE note (id int)")

    assert _run(urls["orders"], "SELECT current_user") == [("argosy_orders",)]


def test_role_of_a_service_cannot_enter_another_ones_database(urls: dict[str, str]) -> None:
    trespass = f"{urls['orders'].rpartition('/')[0]}/argosy_carts"

    with pytest.raises(psycopg2.OperationalError, match="permission denied"):
        _run(trespass, "SELECT 1")


def test_databases_that_exist_are_kept(postgres, urls: dict[str, str], place: Place) -> None:
    _run(urls["carts"], "CREATE TABLE kept (id int)")

    again = databases.ensure(postgres.url, ("orders", "carts"), place)

    assert again == urls
    assert _run(urls["carts"], "SELECT count(*) FROM kept") == [(0,)]


def test_wrong_password_does_not_get_in(postgres: EmbeddedPostgres) -> None:
    stranger = f"postgresql://argosy:guess@127.0.0.1:{postgres.port}/postgres"

    with pytest.raises(psycopg2.OperationalError, match="password authentication failed"):
        _run(stranger, "SELECT 1")


def test_postgres_that_cannot_be_reached_is_one_sentence(place: Place) -> None:
    with pytest.raises(SettingsError, match=r"^PostgreSQL cannot be reached: [^\n]+$"):
        databases.ensure("postgresql://argosy@127.0.0.1:1/postgres", ("orders",), place)


def test_postgres_keeps_data_over_a_stop_and_a_kill() -> None:
    with scratch_directory() as directory:
        place = Place(directory)
        place.logs.mkdir()
        with EmbeddedPostgres(place) as server:
            _run(server.url, "CREATE TABLE kept AS SELECT 7 AS id")
        with EmbeddedPostgres(place) as server:
            server.kill()
        with EmbeddedPostgres(place) as server:
            rows = _run(server.url, "SELECT id FROM kept")

    assert rows == [(7,)]


def test_valkey_keeps_queues_over_a_stop_and_wants_a_password() -> None:
    with scratch_directory() as directory:
        place = Place(directory)
        place.logs.mkdir()
        with EmbeddedValkey(place) as server, Redis.from_url(server.url) as client:
            client.lpush("queue", "message")
        with EmbeddedValkey(place) as server, Redis.from_url(server.url) as client:
            kept = client.lrange("queue", 0, -1)
            with Redis(port=server.port) as stranger, pytest.raises(AuthenticationError):
                stranger.ping()

    assert kept == [b"message"]


@pytest.fixture
def closed(tmp_path: Path) -> Iterator[Path]:
    """A folder that only root may enter; what is put outside for it is removed again."""
    if not Quarters(tmp_path, tmp_path, ()).user:
        pytest.skip("only root hands the server to another user")
    folder = tmp_path / "closed"
    folder.mkdir(mode=0o700)
    yield folder
    place = Quarters(folder / "postgres", folder, ()).data()
    shutil.rmtree(place.parent)


def test_data_move_out_of_a_folder_that_is_closed_to_the_servers_user(closed: Path) -> None:
    quarters = Quarters(closed / "postgres", closed, ())

    data = quarters.data()

    assert data.is_relative_to("/var/lib")
    assert (closed / "postgres").resolve() == data
    assert quarters.data() == data


def test_programs_are_copied_out_of_a_closed_folder_with_all_they_need(closed: Path) -> None:
    for part in ("release/bin", "release.libs"):
        (closed / part).mkdir(parents=True)
    (closed / "release" / "bin" / "postgres").touch(mode=0o700)
    quarters = Quarters(closed / "postgres", closed, ("release", "release.libs"))

    copied = quarters.programs()

    assert copied.is_relative_to("/var/lib")
    assert (copied / "postgres").stat().st_mode & 0o777 == 0o755
    assert (copied / "../../release.libs").resolve().is_dir()
