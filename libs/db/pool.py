"""A connection pool that looks after connections that have rested, and trusts the busy ones."""

import time
from typing import Any

import psycopg2
from sqlalchemy import Connection, event
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.pool import ConnectionPoolEntry, QueuePool

from libs.db import metrics

# A connection used this recently is alive but for bad luck, which costs one request a 503.
REST_SECONDS = 2.0
_USED = "argosy_used"


class RestedPool(QueuePool):
    """SQLAlchemy's pre-ping asks before each use, which costs a busy process a round trip a
    transaction; this pool asks only after a pause. Its logging name is its service's."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._service = str(options.get("logging_name") or "")
        metrics.expect(self._service)
        event.listen(self, "checkout", _check)
        event.listen(self, "checkin", _note)

    def _do_get(self) -> ConnectionPoolEntry:
        if self.overflow() < self._max_overflow or self.checkedin():
            return super()._do_get()
        with metrics.wait_timed(self._service):
            return super()._do_get()


def autocommit(connection: Connection) -> None:
    """Make each statement a transaction of its own until the connection is back in its pool.

    SQLAlchemy's isolation level AUTOCOMMIT would cost a statement and an engine each time.
    """
    driver: Any = connection.connection.dbapi_connection
    driver.transactional = False


def _check(connection: Any, record: Any, _proxy: Any) -> None:
    used = record.info.get(_USED)
    if used is not None and time.monotonic() - used >= REST_SECONDS:
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1")
        except psycopg2.Error as fault:
            raise DisconnectionError("the connection died while it rested") from fault
    connection.transactional = True


def _note(connection: Any, record: Any) -> None:
    record.info[_USED] = time.monotonic()
    if connection is not None:
        connection.transactional = False
