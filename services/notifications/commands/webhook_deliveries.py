"""Which delivery is tried when, and what became of it. All times are the database's."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy.orm import Session

from libs.contracts.notifications import DeliverWebhook
from libs.db.statement import Statement
from libs.messaging.outbox import enqueue
from services.notifications.commands.webhook_events import NUDGE_SECONDS
from services.notifications.errors import DeliveryNotFound, EndpointDisabled
from services.notifications.queries.webhooks import get_endpoint
from services.notifications.rules.webhooks import (
    DISABLE_AFTER_SECONDS,
    LEASE_SECONDS,
    LONGEST_PAUSE_SECONDS,
    Result,
    next_wait,
)

_CLAIM = Statement(
    """
    WITH claimed AS (
        UPDATE webhook_delivery SET attempts = attempts + 1, tries = tries + 1,
            due_at = now() + $2::int * interval '1 second',
            nudge_at = now() + $2::int * interval '1 second'
        FROM webhook_endpoint AS endpoint
        WHERE webhook_delivery.id = $1::uuid AND webhook_delivery.state = 'queued'
            AND due_at <= now() AND endpoint.id = endpoint_id AND endpoint.state = 'enabled'
            AND coalesce(endpoint.paused_until, '-infinity') <= now()
        RETURNING webhook_delivery.id, attempts, tries, endpoint_id, event_id, endpoint.url
    ), started AS (
        INSERT INTO webhook_attempt (delivery_id, number, state)
        SELECT id, attempts, 'started' FROM claimed
    )
    SELECT claimed.id, claimed.attempts, claimed.tries, claimed.endpoint_id, claimed.url,
        event.id, event.type, event.sequence, event.ordering_key, event.created_at, event.data,
        (SELECT array_agg(secret ORDER BY created_at DESC) FROM webhook_secret
         WHERE webhook_secret.endpoint_id = claimed.endpoint_id
            AND coalesce(expires_at, 'infinity') > now())
    FROM claimed JOIN webhook_event AS event ON event.id = claimed.event_id
    """
)

_END_ATTEMPT = Statement(
    """
    UPDATE webhook_attempt SET state = $3::text, status = $4::bigint, detail = $5::text,
        response = $6::text, ended_at = now()
    WHERE delivery_id = $1::uuid AND number = $2::bigint AND state = 'started'
    """
)
_DELIVERED = Statement(
    "UPDATE webhook_delivery SET state = 'delivered' WHERE id = $1::uuid AND state = 'queued'"
)
_WORKS = Statement(
    """
    UPDATE webhook_endpoint SET failures = 0, failing_since = NULL, paused_until = NULL
    WHERE id = $1::uuid AND failing_since IS NOT NULL
    """
)
# A later attempt may be under way already: then this one decides nothing. $3 is NULL at the end.
_POSTPONE = Statement(
    """
    UPDATE webhook_delivery SET
        state = CASE WHEN $3::int IS NULL THEN 'failed' ELSE state END,
        due_at = now() + coalesce($3::int, 0) * interval '1 second',
        nudge_at = now() + coalesce($3::int, 0) * interval '1 second'
    WHERE id = $1::uuid AND state = 'queued' AND attempts = $2::bigint
    """
)
_FAILS = Statement(
    """
    UPDATE webhook_endpoint SET failures = failures + 1,
        failing_since = coalesce(failing_since, now()),
        paused_until = now()
            + least($2::int, 5 * power(2, least(failures, 10))) * interval '1 second'
    WHERE id = $1::uuid AND state = 'enabled'
    """
)
_DISABLE = Statement(
    """
    UPDATE webhook_endpoint SET state = 'disabled', disabled_reason = $2::text,
        version = version + 1
    WHERE id = $1::uuid AND state = 'enabled'
        AND ($3::boolean OR failing_since <= now() - $4::int * interval '1 second')
    RETURNING author, url, version
    """
)
_REQUEUE = Statement(
    """
    UPDATE webhook_delivery SET state = 'queued', tries = 0, due_at = now(),
        nudge_at = now() + $2::int * interval '1 second'
    WHERE id = $1::uuid RETURNING endpoint_id
    """
)
_UNPAUSE = Statement("UPDATE webhook_endpoint SET paused_until = NULL WHERE id = $1::uuid")
_RECOVER = Statement(
    """
    UPDATE webhook_delivery SET state = 'queued', tries = 0, due_at = now(), nudge_at = now()
    WHERE endpoint_id = $1::uuid AND state = 'failed' AND created_at >= $2::timestamptz
    """
)
_OVERDUE = Statement(
    """
    UPDATE webhook_delivery SET nudge_at = now() + $2::int * interval '1 second'
    WHERE id IN (
        SELECT delivery.id FROM webhook_delivery AS delivery
        JOIN webhook_endpoint AS endpoint ON endpoint.id = delivery.endpoint_id
        WHERE delivery.state = 'queued' AND delivery.nudge_at <= now()
            AND endpoint.state = 'enabled'
            AND coalesce(endpoint.paused_until, '-infinity') <= now()
        ORDER BY delivery.nudge_at LIMIT $1::int FOR UPDATE OF delivery SKIP LOCKED
    )
    RETURNING id
    """
)


class Call(NamedTuple):
    """A delivery that one worker may try now, with all that is sent."""

    delivery_id: UUID
    attempt: int
    tries: int
    endpoint_id: UUID
    url: str
    event_id: UUID
    type: str
    sequence: int
    ordering_key: str
    created_at: datetime
    data: Mapping[str, Any]
    secrets: list[str]


class Disabled(NamedTuple):
    """An endpoint that was switched off just now, and who is to know."""

    endpoint_id: UUID
    reason: str
    author: UUID
    url: str
    version: int


def claim(session: Session, delivery_id: UUID) -> Call | None:
    """Take the delivery for one attempt; None if it is done, not due, in other hands, or held back
    with everything else of its endpoint."""
    row = _CLAIM.first(session, delivery_id, LEASE_SECONDS)
    return Call(*row) if row else None


def record(session: Session, call: Call, result: Result) -> Disabled | None:
    """Store what became of the attempt; the endpoint, if this was its end."""
    state = "delivered" if result.delivered else "failed"
    one = (call.delivery_id, call.attempt)
    _END_ATTEMPT.later(session, *one, state, result.status, result.detail, result.response)
    if result.delivered:
        _DELIVERED.later(session, call.delivery_id)
        _WORKS.later(session, call.endpoint_id)
        return None
    _POSTPONE.later(session, *one, next_wait(call.tries))
    _FAILS.later(session, call.endpoint_id, LONGEST_PAUSE_SECONDS)
    reason = f"it failed for days, at last with: {result.detail}"
    if result.gone:
        reason = "it says that it is gone"
    row = _DISABLE.first(session, call.endpoint_id, reason, result.gone, DISABLE_AFTER_SECONDS)
    return Disabled(call.endpoint_id, reason, *row) if row else None


def redeliver(session: Session, delivery_id: UUID) -> None:
    """Send it once more, whatever became of it, and now. At least once it is the same event.

    Refused with DeliveryNotFound or EndpointDisabled.
    """
    row = _REQUEUE.first(session, delivery_id, NUDGE_SECONDS)
    if row is None:
        raise DeliveryNotFound("there is no such delivery")
    endpoint = get_endpoint(session, row[0])
    if endpoint.state != "enabled":
        raise EndpointDisabled("nothing is sent to an endpoint that is switched off")
    _UNPAUSE.later(session, endpoint.id)
    enqueue(session, DeliverWebhook(delivery_id=delivery_id))


def recover(session: Session, endpoint_id: UUID, since: datetime) -> int:
    """Send again what failed for good since then; how much that is.

    Refused with EndpointNotFound or EndpointDisabled.
    """
    if get_endpoint(session, endpoint_id).state != "enabled":
        raise EndpointDisabled("nothing is sent to an endpoint that is switched off")
    return _RECOVER.run(session, endpoint_id, since)


def nudge_overdue_webhooks(session: Session, limit: int) -> int:
    """Hand deliveries whose time has come to the jobs pool again; how many there were."""
    rows = _OVERDUE.rows(session, limit, NUDGE_SECONDS)
    for (delivery_id,) in rows:
        enqueue(session, DeliverWebhook(delivery_id=delivery_id))
    return len(rows)
