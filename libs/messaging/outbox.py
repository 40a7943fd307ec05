"""Sending with a transaction: what it announces is durable with it and published after it."""

import logging
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Protocol

from flask import current_app
from sqlalchemy.orm import Session

from libs import clock
from libs.db.statement import Statement
from libs.db.transaction import after_commit, before_commit, reading, transaction
from libs.messaging.message import Fact, Job
from libs.messaging.relay import forget, hand_over
from libs.messaging.wire import Outgoing, pack, repack

_log = logging.getLogger(__name__)
_OUTBOX, _LOOSE, _DIVERTED = "outbox", "loose", "diverted"
# The background publisher has this long before the sweep sends a row again.
GRACE = timedelta(seconds=3)
SWEEP_LIMIT = 200

_insert = Statement(
    """
    INSERT INTO outbox (id, type, routing_key, envelope, due_at)
    SELECT id, type, routing_key, envelope, $5
    FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[])
        AS new (id, type, routing_key, envelope)
    """
)
_is_overdue = Statement("SELECT 1 FROM outbox WHERE due_at <= $1 LIMIT 1")
_claim = Statement(
    """
    UPDATE outbox SET attempt = attempt + 1,
        due_at = $1::timestamptz + least(60, 2 ^ least(attempt, 6)) * interval '1 second'
    WHERE id IN (
        SELECT id FROM outbox WHERE due_at <= $1 ORDER BY id LIMIT $2 FOR UPDATE SKIP LOCKED
    )
    RETURNING envelope, routing_key
    """
)


def announce(session: Session, fact: Fact) -> None:
    """Tell whoever listens; nobody is told if the transaction fails."""
    _collect(session, fact)


def enqueue(session: Session, job: Job) -> None:
    """Have the service's jobs pool run an ordinary task after the commit."""
    _collect(session, job)


def take(session: Session) -> list[Outgoing]:
    """What was announced since the last call, for a caller that stores and publishes it itself."""
    taken: list[Outgoing] = session.info.pop(_OUTBOX, [])
    return taken


def publish_after_commit(session: Session, messages: Sequence[Outgoing]) -> None:
    """Hand over messages that are durable elsewhere (a saga row, an inbox row)."""
    session.info.setdefault(_LOOSE, []).extend(messages)
    after_commit(session, _hand_over)


def divert(session: Session, into: list[Outgoing]) -> None:
    """Collect what would be handed over after the commit, for a caller that publishes itself."""
    session.info[_DIVERTED] = into


def store(session: Session, messages: Sequence[Outgoing]) -> None:
    """Make messages durable as rows of the outbox."""
    if messages:
        _insert.later(
            session,
            [message.id for message in messages],
            [message.type for message in messages],
            [message.routing_key for message in messages],
            [message.envelope.decode() for message in messages],
            clock.now() + GRACE,
        )


class Sender(Protocol):
    """What brings messages to the broker."""

    def deliver(self, batch: Sequence[Outgoing]) -> Sequence[Outgoing]:
        """Publish, and return what did reach a queue; raise if that is not known."""


def sweep(publisher: Sender) -> int:
    """Send what is overdue: what no background publisher confirmed in time."""
    with reading() as session:
        if _is_overdue.first(session, clock.now()) is None:
            return 0
    with transaction() as session:
        rows = _claim.rows(session, clock.now(), SWEEP_LIMIT)
    messages = [repack(envelope, routing_key) for envelope, routing_key in rows]
    if messages:
        delivered = publisher.deliver(messages)
        with transaction() as session:
            forget(session, [message.id for message in delivered])
        _log.info("sent %d overdue messages", len(messages))
    return len(messages)


def _collect(session: Session, payload: Fact | Job) -> None:
    messages: list[Outgoing] = session.info.setdefault(_OUTBOX, [])
    messages.append(pack(payload, source=current_app.name))
    before_commit(session, _store)


def _store(session: Session) -> None:
    messages = take(session)
    store(session, messages)
    session.info.setdefault(_LOOSE, []).extend(replace(one, stored=True) for one in messages)
    after_commit(session, _hand_over)


def _hand_over(session: Session) -> None:
    messages = session.info.pop(_LOOSE, [])
    diverted: list[Outgoing] | None = session.info.get(_DIVERTED)
    if diverted is None:
        hand_over(messages)
    else:
        diverted.extend(messages)
