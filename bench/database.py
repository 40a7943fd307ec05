"""Prepared statements on one psycopg2 connection, and nothing more."""

from collections.abc import Iterable
from typing import Any

import psycopg2
import psycopg2.extras


def uuids(values: Iterable[object]) -> str:
    """An array of them as one literal; psycopg2 would write an array of text."""
    return f"{{{','.join(map(str, values))}}}"


class Database:
    """Autocommit: a statement is a transaction unless the text around it says otherwise."""

    def __init__(self, url: str) -> None:
        self._connection = psycopg2.connect(
            url, connect_timeout=5, options="-c plan_cache_mode=force_generic_plan"
        )
        self._connection.autocommit = True
        psycopg2.extras.register_uuid()  # type: ignore[no-untyped-call]  # untyped there
        self._cursor = self._connection.cursor()

    def prepare(self, **statements: str) -> None:
        """Statements with $1, $2 ... that `run` finds by these names."""
        for name, sql in statements.items():
            self._cursor.execute(f"PREPARE {name} AS {sql}")

    def run(
        self, name: str, *values: object, before: str = "", after: str = ""
    ) -> list[tuple[Any, ...]]:
        """One round trip; `before` and `after` travel with it, and `after` hides the rows."""
        marks = f" ({', '.join(['%s'] * len(values))})" if values else ""
        self._cursor.execute(f"{before}EXECUTE {name}{marks}{after}", values)
        return self._cursor.fetchall() if self._cursor.description else []
