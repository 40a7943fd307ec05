"""One database and one role for each service, on the embedded server or on a given one."""

from collections.abc import Iterable
from urllib.parse import urlsplit, urlunsplit

import psycopg2
from psycopg2 import sql
from psycopg2.extensions import cursor as Cursor  # noqa: N812 - the class has a function's name

from libs.settings import SettingsError
from tools.run.place import Place


def ensure(admin_url: str, services: Iterable[str], place: Place) -> dict[str, str]:
    """Make what is missing; returns each service's URL, whose role reaches its database alone."""
    try:
        connection = psycopg2.connect(admin_url, connect_timeout=5)
    except psycopg2.OperationalError as fault:
        raise SettingsError(f"PostgreSQL cannot be reached: {_first_line(fault)}") from fault
    try:
        connection.autocommit = True
        with connection.cursor() as cursor:
            return {name: _ensure(cursor, name, admin_url, place) for name in services}
    except psycopg2.Error as fault:
        raise SettingsError(f"the databases cannot be made: {_first_line(fault)}") from fault
    finally:
        connection.close()


def _ensure(cursor: Cursor, service: str, admin_url: str, place: Place) -> str:
    name = f"argosy_{service}"
    password = place.password(name)
    role, secret = sql.Identifier(name), sql.Literal(password)
    if not _exists(cursor, "SELECT 1 FROM pg_roles WHERE rolname = %s", name):
        cursor.execute(sql.SQL("CREATE ROLE {} LOGIN").format(role))
        # Only a member of a role may make it the owner of a database.
        cursor.execute(sql.SQL("GRANT {} TO CURRENT_USER").format(role))
    cursor.execute(sql.SQL("ALTER ROLE {} PASSWORD {}").format(role, secret))
    if not _exists(cursor, "SELECT 1 FROM pg_database WHERE datname = %s", name):
        cursor.execute(sql.SQL("CREATE DATABASE {0} OWNER {0} TEMPLATE template0").format(role))
    cursor.execute(sql.SQL("REVOKE CONNECT ON DATABASE {} FROM PUBLIC").format(role))
    return _service_url(admin_url, name, password)


def _exists(cursor: Cursor, question: str, name: str) -> bool:
    cursor.execute(question, (name,))
    return cursor.fetchone() is not None


def _service_url(admin_url: str, name: str, password: str) -> str:
    parts = urlsplit(admin_url)
    place = parts.netloc.rpartition("@")[2]
    return urlunsplit(parts._replace(netloc=f"{name}:{password}@{place}", path=f"/{name}"))


def _first_line(fault: psycopg2.Error) -> str:
    return str(fault).strip().splitlines()[0]
