"""Rows of a large result, a few at a time, without a transaction that would stay open meanwhile."""

from collections.abc import Iterator, Sequence
from contextlib import closing
from typing import Any

from sqlalchemy import Executable
from sqlalchemy.orm import Session

from libs.ids import uuid7

_FETCHED_AT_ONCE = 500


def stream_rows(session: Session, statement: Executable) -> Iterator[Sequence[tuple[Any, ...]]]:
    """Parts of the result as of the moment at which it is asked for; for a `reading()` session.

    The server works the whole result out and keeps it for the connection until it is read or the
    iterator is closed, so a slow reader holds nothing but that connection.
    """
    connection = session.connection()
    compiled: Any = statement.compile(connection.engine)  # type: ignore[attr-defined]  # every statement has it
    driver: Any = connection.connection
    with closing(driver.cursor(f"argosy_{uuid7().hex}", withhold=True)) as cursor:
        cursor.execute(str(compiled), compiled.params)
        while rows := cursor.fetchmany(_FETCHED_AT_ONCE):
            yield rows
