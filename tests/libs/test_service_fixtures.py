"""A test has the databases of its services to itself."""

import psycopg2

from libs.testing.service_fixtures import ServiceDatabase

_SERVICE = "inventory"


def _execute(service_database: ServiceDatabase, statement: str) -> list[tuple[object, ...]]:
    (url,) = service_database(_SERVICE).values()
    connection = psycopg2.connect(url, connect_timeout=5)
    try:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(statement)
            return cursor.fetchall() if cursor.description else []
    finally:
        connection.close()


def test_a_service_database_is_migrated(service_database):
    rows = _execute(service_database, "SELECT version_num FROM schema_version")

    assert len(rows) == 1


def test_a_service_asked_for_twice_has_one_database(service_database):
    _execute(service_database, "CREATE TABLE left_over ()")

    assert _execute(service_database, "SELECT count(*) FROM left_over") == [(0,)]


def test_the_next_test_finds_nothing_of_it(service_database):
    rows = _execute(service_database, "SELECT to_regclass('left_over')")

    assert rows == [(None,)]
