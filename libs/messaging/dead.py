"""Messages that nobody can handle: kept in the service's database for a person to look at."""

import logging
from collections.abc import Sequence
from typing import Any
from uuid import UUID

import msgspec
from flask import Flask
from kombu import Connection
from sqlalchemy.orm import Session

from libs.db.statement import Statement
from libs.db.transaction import transaction
from libs.ids import uuid7
from libs.messaging import metrics, topology
from libs.messaging.message import DEAD_LETTER, Envelope, Reply
from libs.messaging.publisher import Publisher, Unsent
from libs.messaging.wire import Outgoing, reply_to, unpack

_log = logging.getLogger(__name__)
_LIMIT = 50

_insert = Statement(
    "INSERT INTO dead_letter (id, type, body, reason, saga_id) VALUES ($1, $2, $3, $4, $5)"
)


def park(session: Session, service: str, message: Any, reason: str) -> None:
    """Keep the raw message with the reason."""
    body = message.body.encode() if isinstance(message.body, str) else bytes(message.body)
    keep(session, service, str((message.headers or {}).get("task", "")), body, reason)


def keep(session: Session, service: str, kind: str, body: bytes, reason: str) -> None:
    """Store a dead letter."""
    _insert.later(session, uuid7(), kind, body, reason, _saga_of(body))
    metrics.parked.labels(service).inc()
    _log.error("parked a message %s: %s", kind, reason)


class DeadLetters:
    """Empties the dead-letter queues that the broker fills: too many deliveries, unknown names.

    The leader of a saga is told, since it would only ask again.
    """

    def __init__(self, url: str, apps: Sequence[Flask]) -> None:
        self._url = url
        self._publisher = Publisher(url)
        self._apps = apps
        self._connection: Any = None

    def collect(self) -> int:
        """Move what is there into the databases; how many messages that were."""
        try:
            return sum(self._collect(app) for app in self._apps)
        except Exception as fault:
            # A message that could not be stored goes back to its queue with the connection.
            self._close()
            if not isinstance(fault, (OSError, Unsent, *Connection(self._url).connection_errors)):
                raise
            _log.warning("the dead-letter queues wait for the broker: %s", fault)
            return 0

    def _collect(self, app: Flask) -> int:
        channel = self._open().default_channel
        for count in range(_LIMIT):
            message = channel.basic_get(topology.dead(app.name))
            if message is None:
                return count
            deaths = (message.headers or {}).get("x-death") or [{}]
            reason = str(deaths[0].get("reason", "rejected"))
            self._publisher.deliver(_replies(app.name, message.body, reason))
            with app.app_context(), transaction() as session:
                park(session, app.name, message, reason)
            channel.basic_ack(message.delivery_tag)
        return _LIMIT

    def _open(self) -> Any:
        if self._connection is None:
            bounds = {"read_timeout": 3, "write_timeout": 3} if self._url.startswith("amqp") else {}
            self._connection = Connection(self._url, connect_timeout=2, transport_options=bounds)
        return self._connection

    def _close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.collect(socket_timeout=0.1)


def _replies(service: str, body: bytes, reason: str) -> list[Outgoing]:
    envelope = _envelope(body)
    if envelope is None or envelope.key is None or envelope.reply_to is None:
        return []
    reply = Reply(outcome="retry", code=DEAD_LETTER, detail=reason)
    return [reply_to(envelope, reply, source=service)]


def _saga_of(body: bytes) -> UUID | None:
    envelope = _envelope(body)
    return envelope.key.saga if envelope and envelope.key else None


def _envelope(body: bytes) -> Envelope | None:
    try:
        return unpack(body)
    except (ValueError, msgspec.MsgspecError):
        return None
