"""The statements of the guide change the password of a database under a service that works on."""

import re
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

import psycopg2
import pytest
from psycopg2.extensions import connection

from libs.db.migrate import migrate
from libs.db.settings import database_url
from libs.testing.servers.postgres import Databases
from tests.platform.pipelines.markdown import Page

_STATEMENTS = re.compile(r"<!-- second role -->\n```sql\n(.*?)```", re.DOTALL)
# Roles are shared by all databases of a server, so these have names of the test's own.
FIRST, SECOND = "guide_orders", "guide_orders_b"


def connected(url: str) -> connection:
    made = psycopg2.connect(url, connect_timeout=5)
    made.autocommit = True
    return made


def execute(url: str, *statements: str) -> None:
    """Each as a transaction of its own."""
    with closing(connected(url)) as made, made.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def as_role(server: Databases, role: str) -> str:
    """The address of the database for one of its two roles."""
    parts = urlsplit(server.url)
    place = f"{parts.hostname}:{parts.port}"
    return parts._replace(netloc=f"{role}:secret@{place}", path=f"/{FIRST}").geturl()


@pytest.fixture
def server(postgres_server: Databases) -> Iterator[Databases]:
    """A server where the service has its role, and its migrated database."""
    execute(
        postgres_server.url,
        f"CREATE ROLE {FIRST} LOGIN PASSWORD 'secret'",
        f"CREATE DATABASE {FIRST} OWNER {FIRST}",
        f"REVOKE ALL ON DATABASE {FIRST} FROM PUBLIC",
    )
    try:
        bring_up_to_date(as_role(postgres_server, FIRST))
        yield postgres_server
    finally:
        execute(
            postgres_server.url,
            f"DROP DATABASE {FIRST} WITH (FORCE)",
            f"DROP ROLE IF EXISTS {SECOND}",
            f"DROP ROLE {FIRST}",
        )


def bring_up_to_date(url: str) -> None:
    migrate("orders", database_url("orders", {"ARGOSY_ORDERS_DATABASE_URL": url}))


def statements_of_the_guide() -> str:
    """For the roles of the test instead of the service's own."""
    found = _STATEMENTS.search(Page(Path("docs/operations.md")).text)
    assert found
    return re.sub(r"\borders(_b)?\b", rf"{FIRST}\1", found[1]).replace("'new'", "'secret'")


def owners(url: str) -> set[str]:
    """Who owns the tables of the database."""
    with closing(connected(url)) as made, made.cursor() as cursor:
        cursor.execute("SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname = 'public'")
        return {row[0] for row in cursor}


def test_the_second_role_works_and_migrates_as_the_first(server):
    execute(server.url, statements_of_the_guide())

    second = as_role(server, SECOND)
    bring_up_to_date(second)
    execute(second, "CREATE TABLE made_later (id int)", "INSERT INTO made_later VALUES (1)")

    assert owners(second) == {FIRST}
    execute(as_role(server, FIRST), "DROP TABLE made_later")


def test_the_first_role_works_on_with_its_connections_when_it_may_log_in_no_more(server):
    execute(server.url, statements_of_the_guide())

    with closing(connected(as_role(server, FIRST))) as early, early.cursor() as cursor:
        execute(server.url, f"ALTER ROLE {FIRST} NOLOGIN")

        cursor.execute("SELECT count(*) FROM orders")
        assert cursor.fetchone() == (0,)
    with pytest.raises(psycopg2.OperationalError, match="is not permitted to log in"):
        connected(as_role(server, FIRST))
    execute(as_role(server, SECOND), "SELECT count(*) FROM orders")
