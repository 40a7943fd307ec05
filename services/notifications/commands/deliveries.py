"""Which message is tried when, and what became of it. All times are the database's."""

from uuid import UUID

from sqlalchemy.orm import Session

from libs.contracts.notifications import DeliverMessage
from libs.db.statement import Statement
from libs.messaging.outbox import enqueue
from services.notifications.commands.queueing import NUDGE_SECONDS
from services.notifications.rules.messages import LEASE_SECONDS, Dispatch, Outcome, wait_seconds

_CLAIM = Statement(
    """
    WITH claimed AS (
        UPDATE message SET attempts = attempts + 1,
            due_at = now() + $2::int * interval '1 second',
            nudge_at = now() + $2::int * interval '1 second'
        WHERE id = $1::uuid AND state = 'queued' AND due_at <= now()
        RETURNING id, attempts, channel, address, subject, body, html, template, created_at
    ), started AS (
        INSERT INTO attempt (message_id, number, state)
        SELECT id, attempts, 'started' FROM claimed
    )
    SELECT id, attempts, channel, address, subject, body, html, coalesce(template, ''), created_at,
        (SELECT reason FROM suppression
         WHERE suppression.channel = claimed.channel
            AND suppression.address = lower(claimed.address))
    FROM claimed
    """
)

# $5 is the message's own end, NULL while it is to be tried again. What a provider said meanwhile
# about the same message counts more than that it took the message.
_END_ATTEMPT = Statement(
    """
    WITH ended AS (
        UPDATE message SET state = coalesce($5::text, state), provider = $6::text,
            reference = coalesce($7::text, reference)
        WHERE id = $1::uuid AND state = 'queued'
    )
    UPDATE attempt SET state = $3::text, detail = $4::text, provider = $6::text,
        reference = $7::text, ended_at = now()
    WHERE message_id = $1::uuid AND number = $2::bigint AND state = 'started'
    """
)

# A later attempt may be under way already: then this one decides nothing.
_POSTPONE = Statement(
    """
    UPDATE message SET
        state = CASE WHEN give_up_at <= now() THEN 'failed' ELSE state END,
        due_at = now() + $3::int * interval '1 second',
        nudge_at = now() + $3::int * interval '1 second'
    WHERE id = $1::uuid AND state = 'queued' AND attempts = $2::bigint
    """
)

_FORGET_DEVICE = Statement("DELETE FROM device WHERE token = $1::text")

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


def claim(session: Session, message_id: UUID) -> Dispatch | None:
    """Take the message for one attempt; None if it is done, not due or in other hands."""
    row = _CLAIM.first(session, message_id, LEASE_SECONDS)
    return Dispatch(*row) if row else None


def record(session: Session, dispatch: Dispatch, outcome: Outcome) -> None:
    """Store what became of the attempt; a message that failed for a day is given up."""
    end = _ENDS.get(outcome.verdict)
    one = (dispatch.message_id, dispatch.attempt)
    told = (outcome.verdict, outcome.detail, end, outcome.provider, outcome.reference)
    _END_ATTEMPT.later(session, *one, *told)
    if end is None:
        _POSTPONE.later(session, *one, wait_seconds(dispatch.attempt))
    if outcome.address_gone and dispatch.channel == "push":
        _FORGET_DEVICE.later(session, dispatch.address)


def nudge_overdue(session: Session, limit: int) -> int:
    """Hand messages whose time has come to the jobs pool again; how many there were."""
    rows = _OVERDUE.rows(session, limit, NUDGE_SECONDS)
    for (message_id,) in rows:
        enqueue(session, DeliverMessage(message_id=message_id))
    return len(rows)
