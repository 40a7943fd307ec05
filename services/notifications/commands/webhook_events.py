"""Facts become events for the endpoints that want them; each makes one delivery per endpoint."""

from collections.abc import Sequence
from uuid import UUID

import msgspec
from sqlalchemy.orm import Session

from libs.contracts.notifications import DeliverWebhook
from libs.db.statement import Statement
from libs.ids import uuid7
from libs.messaging.message import Fact
from libs.messaging.outbox import enqueue
from services.notifications.errors import EndpointDisabled
from services.notifications.queries.webhooks import get_endpoint
from services.notifications.rules.webhooks import (
    TEST_EVENT,
    Happening,
    happening_of,
    patterns_of,
)

# The jobs pool has this long before the sweep hands a delivery to it again.
NUDGE_SECONDS = 30

# The lock keeps an endpoint from being deleted before its delivery is stored.
_WHO_WANTS = Statement(
    """
    SELECT id FROM webhook_endpoint WHERE state = 'enabled' AND events && $1::text[]
    ORDER BY id FOR KEY SHARE
    """
)
_INSERT_EVENT = Statement(
    """
    INSERT INTO webhook_event (id, type, ordering_key, customer_id, data)
    VALUES ($1::uuid, $2::text, $3::text, $4::uuid, $5::jsonb)
    """
)
_INSERT_DELIVERIES = Statement(
    """
    INSERT INTO webhook_delivery (id, endpoint_id, event_id, nudge_at)
    SELECT id, endpoint_id, $3::uuid, now() + $4::int * interval '1 second'
    FROM unnest($1::uuid[], $2::uuid[]) AS new (id, endpoint_id)
    """
)
_PURGE = Statement(
    """
    DELETE FROM webhook_event WHERE id IN (
        SELECT id FROM webhook_event WHERE created_at < now() - $1::int * interval '1 day'
        ORDER BY created_at LIMIT $2::int FOR UPDATE SKIP LOCKED
    )
    """
)


def publish(session: Session, fact: Fact) -> None:
    """Tell every endpoint that wants such an event; one that nobody wants leaves no trace."""
    happening = happening_of(fact)
    wanted = _WHO_WANTS.rows(session, patterns_of(happening.type))
    if wanted:
        _store(session, happening, [endpoint_id for (endpoint_id,) in wanted])


def publish_test(session: Session, endpoint_id: UUID) -> UUID:
    """An event for this endpoint alone; the id of its delivery.

    Refused with EndpointNotFound or EndpointDisabled.
    """
    endpoint = get_endpoint(session, endpoint_id, lock=True)
    if endpoint.state != "enabled":
        raise EndpointDisabled("nothing is sent to an endpoint that is switched off")
    happening = Happening(TEST_EVENT, TEST_EVENT, None, {"message": "This is a test."})
    return _store(session, happening, [endpoint_id])[0]


def purge_events(session: Session, days: int, limit: int) -> int:
    """Forget events that are older, with their deliveries; how many there were."""
    return _PURGE.run(session, days, limit)


def _store(session: Session, happening: Happening, endpoints: Sequence[UUID]) -> list[UUID]:
    event_id = uuid7()
    deliveries = [uuid7() for _ in endpoints]
    _INSERT_EVENT.later(
        session,
        event_id,
        happening.type,
        happening.ordering_key,
        happening.customer_id,
        msgspec.json.encode(happening.data).decode(),
    )
    _INSERT_DELIVERIES.later(session, deliveries, list(endpoints), event_id, NUDGE_SECONDS)
    for delivery_id in deliveries:
        enqueue(session, DeliverWebhook(delivery_id=delivery_id))
    return deliveries
