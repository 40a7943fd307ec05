"""Which message is tried when, and what became of it. All times are the database's."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.orm import Session

from libs.contracts.notifications import DeliverMessage
from libs.db.statement import Statement
from libs.messaging.outbox import enqueue
from services.notifications.commands.notices import NUDGE_SECONDS
from services.notifications.rules import GIVE_UP_SECONDS, LEASE_SECONDS, Outcome, wait_seconds

_CLAIM = Statement(
    """
    WITH claimed AS (
        UPDATE message SET attempts = attempts + 1,
            due_at = now() + $2::int * interval '1 second',
            nudge_at = now() + $2::int * interval '1 second'
        WHERE id = $1::uuid AND state = 'queued' AND due_at <= now()
        RETURNING id, attempts, address, subject, body, html, template, created_at
    ), started AS (
        INSERT INTO attempt (message_id, number, state)
        SELECT id, attempts, 'started' FROM claimed
    )
    SELECT * FROM claimed
    """
)

# $5 is the message's own end, NULL while it is to be tried again.
_END_ATTEMPT = Statement(
    """
    WITH ended AS (
        UPDATE message SET state = $5::text
        WHERE id = $1::uuid AND state = 'queued' AND $5::text IS NOT NULL
    )
    UPDATE attempt SET state = $3::text, detail = $4::text, ended_at = now()
    WHERE message_id = $1::uuid AND number = $2::bigint AND state = 'started'
    """
)

# A later attempt may be under way already: then this one decides nothing.
_POSTPONE = Statement(
    """
    UPDATE message SET
        state = CASE WHEN created_at + $4::int * interval '1 second' <= now()
            THEN 'failed' ELSE state END,
        due_at = now() + $3::int * interval '1 second',
        nudge_at = now() + $3::int * interval '1 second'
    WHERE id = $1::uuid AND state = 'queued' AND attempts = $2::bigint
    """
)

_OVERDUE = Statement(
    """
    UPDATE message SET nudge_at = now() + $2::int * interval '1 second'
    WHERE id IN (
        SELECT id FROM message WHERE state = 'queued' AND nudge_at <= now()
        ORDER BY nudge_at LIMIT $1::int FOR UPDATE SKIP LOCKED
    )
    RETURNING id
    """
)


# What a verdict makes of the message; any other leaves it to be tried again.
_ENDS = {"delivered": "delivered", "refused": "failed"}


class Mail(NamedTuple):
    """A message that one worker may try to deliver now."""

    message_id: UUID
    attempt: int
    address: str
    subject: str
    body: str
    html: str | None
    template: str
    created_at: datetime


def claim(session: Session, message_id: UUID) -> Mail | None:
    """Take the message for one attempt; None if it is done, not due or in other hands."""
    row = _CLAIM.first(session, message_id, LEASE_SECONDS)
    return Mail(*row) if row else None


def record(session: Session, mail: Mail, outcome: Outcome) -> None:
    """Store what became of the attempt; a message that failed for a day is given up."""
    end = _ENDS.get(outcome.verdict)
    _END_ATTEMPT.later(session, mail.message_id, mail.attempt, outcome.verdict, outcome.detail, end)
    if end is None:
        wait = wait_seconds(mail.attempt)
        _POSTPONE.later(session, mail.message_id, mail.attempt, wait, GIVE_UP_SECONDS)


def nudge_overdue(session: Session, limit: int) -> int:
    """Hand messages whose time has come to the jobs pool again; how many there were."""
    rows = _OVERDUE.rows(session, limit, NUDGE_SECONDS)
    for (message_id,) in rows:
        enqueue(session, DeliverMessage(message_id=message_id))
    return len(rows)
