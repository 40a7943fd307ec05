"""The books of a whole shop side by side: every service's rows and the provider's journal.

The rows are copied into one in-memory SQLite, a schema per service, so that a promise between
services is one query, and checking it changes nothing in the shop.
"""

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import astuple, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
import psycopg2

from libs.messaging.topology import queues
from libs.testing.payment_simulator.events import Line

_CONNECT_SECONDS, _STATEMENT_MS = 5, 30_000
_TABLES: dict[str, tuple[str, ...]] = {
    "carts": ("cart", "cart_freeze", "stock_level"),
    "inventory": ("stock_level", "reservation", "movement", "stock_mark", "ledger_cursor"),
    "notifications": ("message",),
    "orders": ("orders", "order_line", "order_event", "return", "return_line"),
    "payments": ("payment", "operation", "ledger_entry"),
    "promotions": ("promotion", "coupon", "coupon_customer", "redemption"),
}
# What every service has; these come into one table each, with the service's name in front.
_PLATFORM = ("outbox", "inbox", "dead_letter", "idempotency_key", "saga", "saga_event")
_EVENT_COLUMNS = (
    "sequence",
    "type",
    "key",
    "amount",
    "intent",
    "order_id",
    "currency",
    "status",
)


@dataclass(frozen=True)
class Promise:
    """What a client was told: the order that the request with this key became."""

    key: str
    order_id: str


class Books:
    """A snapshot of a shop, to be queried with plain SQL. Empty until it is filled."""

    def __init__(self) -> None:
        self._db = sqlite3.connect(":memory:", isolation_level=None)
        self._db.row_factory = sqlite3.Row
        for schema in (*_TABLES, "provider", "client"):
            self._db.execute(f"ATTACH ':memory:' AS {schema}")
        self.insert("provider.event", _EVENT_COLUMNS, [])
        self.insert("client.promise", ("key", "order_id"), [])
        self.insert("queue", ("name", "messages"), [])

    def add_service(self, name: str, url: str) -> None:
        """Copy a service's tables from its database."""
        settings = f"-c statement_timeout={_STATEMENT_MS} -c default_transaction_read_only=on"
        connection = psycopg2.connect(url, connect_timeout=_CONNECT_SECONDS, options=settings)
        try:
            connection.set_session(isolation_level="REPEATABLE READ")
            with connection.cursor() as cursor:
                for table in _TABLES.get(name, ()):
                    self.insert(f'{name}."{table}"', *_read(cursor, table))
                for table in _PLATFORM:
                    columns, rows = _read(cursor, table)
                    named = [(name, *row) for row in rows]
                    self.insert(table, ("service", *columns), named)
        finally:
            connection.close()

    def add_journal(self, path: Path) -> None:
        """Copy what the payment provider says happened."""
        lines = path.read_bytes().splitlines() if path.exists() else []
        decoder = msgspec.json.Decoder(Line)
        events = [_event(decoder.decode(line)) for line in lines]
        self.insert("provider.event", _EVENT_COLUMNS, events)

    def add_promises(self, promises: Iterable[Promise]) -> None:
        """What clients were told."""
        self.insert("client.promise", ("key", "order_id"), [astuple(one) for one in promises])

    def add_queues(self, depths: Mapping[str, int]) -> None:
        """How many messages wait in which queue."""
        self.insert("queue", ("name", "messages"), list(depths.items()))

    def insert(self, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
        """Add rows to a table, which is made if it is new."""
        names = ", ".join(f'"{column}"' for column in columns)
        marks = ", ".join("?" * len(columns))
        self._db.execute(f"CREATE TABLE IF NOT EXISTS {table} ({names})")
        self._db.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks})", rows)  # noqa: S608  # names of ours

    def rows(self, sql: str) -> list[dict[str, Any]]:
        """What a query finds."""
        return [dict(row) for row in self._db.execute(sql)]

    def change(self, sql: str) -> int:
        """Falsify the copy; how many rows that touched."""
        return self._db.execute(sql).rowcount

    def mark(self) -> None:
        """Remember the copy as it is."""
        self._db.execute("BEGIN")

    def reset(self) -> None:
        """Return to the copy at its mark."""
        self._db.execute("ROLLBACK")

    def close(self) -> None:
        """Forget everything."""
        self._db.close()


def queue_names(services: Iterable[str]) -> list[str]:
    """Every queue of these services; the queues of dead letters included."""
    return [queue.name for service in services for queue in queues(service, {})]


def _read(cursor: Any, table: str) -> tuple[list[str], list[tuple[Any, ...]]]:
    cursor.execute(f'SELECT * FROM "{table}"')  # noqa: S608  # names of ours
    columns = [column.name for column in cursor.description]
    return columns, [tuple(map(_plain, row)) for row in cursor]


def _plain(value: Any) -> Any:
    match value:
        case None | int() | str():
            return value
        case datetime():
            return value.isoformat()
        case UUID():
            return str(value)
        case dict() | list():
            return msgspec.json.encode(value).decode()
        case _:
            return bytes(value).hex()


def _event(line: Line) -> tuple[Any, ...]:
    event, intent = line.event, line.event.intent
    return (
        line.sequence,
        event.type,
        event.key,
        event.amount,
        intent.id,
        intent.reference,
        intent.currency,
        intent.status,
    )
