"""Hot statements: prepared once per connection and run beside the ORM, in the same transaction."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from itertools import count
from typing import Any

import psycopg2
from sqlalchemy import Connection
from sqlalchemy.orm import Session

from libs.db.faults import is_outage

_numbers = count(1)


class Statement:
    """One SQL statement with $1, $2 ... as parameters.

    Arrays are cast in the SQL (`$1::uuid[]`, `$2::text[]::jsonb[]`), since PostgreSQL takes the
    parameter's type from there. Rows are plain tuples in the order of the SELECT list.
    """

    def __init__(self, sql: str) -> None:
        self._name = f"argosy_{next(_numbers)}"
        self._prepare = f"PREPARE {self._name} AS {sql}"
        parameters = 0
        while f"${parameters + 1}" in sql:
            parameters += 1
        marks = ", ".join(["%s"] * parameters)
        self._execute = f"EXECUTE {self._name} ({marks})" if marks else f"EXECUTE {self._name}"

    def rows(self, session: Session, *values: Any) -> list[tuple[Any, ...]]:
        """All rows."""
        cursor = self._run(session, values)
        try:
            return cursor.fetchall()  # type: ignore[no-any-return]  # psycopg2 rows are untyped
        finally:
            cursor.close()

    def first(self, session: Session, *values: Any) -> tuple[Any, ...] | None:
        """The first row, if there is one."""
        rows = self.rows(session, *values)
        return rows[0] if rows else None

    def run(self, session: Session, *values: Any) -> int:
        """How many rows it touched."""
        cursor = self._run(session, values)
        try:
            return int(cursor.rowcount)
        finally:
            cursor.close()

    def later(self, session: Session, *values: Any) -> None:
        """Send it with the transaction's next statement, or with its commit, which saves a round
        trip; for writes of which nobody needs to know more than that they did not fail."""
        session.flush()
        connection = session.connection()
        with _noticing(connection):
            self._ensure_prepared(connection)
            connection.connection.later(self._execute, values)

    def _run(self, session: Session, values: tuple[Any, ...]) -> Any:
        session.flush()
        connection = session.connection()
        cursor: Any = connection.connection.cursor()
        with _noticing(connection):
            self._ensure_prepared(connection)
            cursor.execute(self._execute, values)
        return cursor

    def _ensure_prepared(self, connection: Connection) -> None:
        prepared: set[str] = connection.info.setdefault("prepared", set())
        if self._name not in prepared:
            with closing(connection.connection.cursor()) as cursor:
                cursor.execute(self._prepare)
            prepared.add(self._name)


@contextmanager
def _noticing(connection: Connection) -> Iterator[None]:
    """SQLAlchemy does not see these errors, so it must be told to give a dead connection up."""
    try:
        yield
    except psycopg2.Error as fault:
        if is_outage(fault):
            connection.invalidate(fault)
        raise
