"""A psycopg2 connection that lets statements travel together, since a round trip costs more than
most statements: BEGIN goes with the first one of a transaction, and what `later` was given goes
with the next one or with COMMIT. The server still runs them one by one and in order.
"""

from collections.abc import Sequence
from typing import Any

from psycopg2 import extensions as driver
from psycopg2.errors import InFailedSqlTransaction

_IDLE, _FAILED = driver.TRANSACTION_STATUS_IDLE, driver.TRANSACTION_STATUS_INERROR


class Connection(driver.connection):
    """The driver sends no BEGIN and no COMMIT of its own (`autocommit`); this class does.

    While `transactional` is false each statement is a transaction of its own. `session` is run
    once, before anything else.
    """

    def __init__(self, *args: Any, session: str = "", **options: Any) -> None:
        super().__init__(*args, **options)
        self.cursor_factory = Cursor
        self.autocommit = True
        self.transactional = False
        self._waiting: list[bytes] = []
        if session:
            self._send(session.encode())

    def later(self, statement: str, values: Sequence[Any]) -> None:
        """Send it with the transaction's next statement, or with COMMIT: its errors are theirs."""
        with driver.cursor(self) as cursor:
            self._waiting.append(cursor.mogrify(statement, values))

    def ahead(self) -> list[bytes]:
        """What has to be sent before the next statement; it counts as sent from now on."""
        begin = self.transactional and self.get_transaction_status() == _IDLE
        waiting, self._waiting = self._waiting, []
        return [b"BEGIN", *waiting] if begin else waiting

    def commit(self) -> None:
        """Make everything durable, in one round trip; a failed transaction says so."""
        status = self.get_transaction_status()
        if status == _FAILED:
            raise InFailedSqlTransaction("a statement had failed, so nothing can be committed")
        if status != _IDLE or self._waiting:
            self._send(*self.ahead(), b"COMMIT")

    def rollback(self) -> None:
        """Leave no trace."""
        self._waiting = []
        if self.get_transaction_status() != _IDLE:
            self._send(b"ROLLBACK")

    def _send(self, *statements: bytes) -> None:
        with driver.cursor(self) as cursor:
            cursor.execute(b"; ".join(statements))


class Cursor(driver.cursor):
    """Sends what has to go first together with each statement."""

    connection: Connection

    def execute(self, query: Any, vars: Any = None) -> None:  # noqa: A002  # the driver's name
        """As the driver's."""
        ahead = self.connection.ahead()
        if ahead:
            query, vars = b"; ".join([*ahead, self.mogrify(query, vars)]), None  # noqa: A001
        super().execute(query, vars)

    def executemany(self, query: Any, vars_list: Any) -> None:
        """As the driver's, which would not come through `execute`."""
        self._open()
        super().executemany(query, vars_list)

    def copy_expert(self, sql: Any, file: Any, size: int = 8192) -> None:
        """As the driver's, which would not come through `execute`."""
        self._open()
        super().copy_expert(sql, file, size)

    def _open(self) -> None:
        ahead = self.connection.ahead()
        if ahead:
            super().execute(b"; ".join(ahead))
