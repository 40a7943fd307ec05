"""Events, their deliveries and the attempts, over HTTP."""

from typing import Any
from uuid import UUID

from flask import Response
from sqlalchemy.orm import Session

from libs import ids
from libs.db.page import Page
from libs.db.transaction import reading, transaction
from libs.http.blueprint import Blueprint
from libs.http.idempotency import once
from libs.http.operation import access, idempotent
from libs.http.paging import PageArgs
from services.notifications.commands import webhook_deliveries as commands
from services.notifications.commands.webhook_events import publish_test
from services.notifications.models.webhooks import Delivery, DeliveryAttempt, Event
from services.notifications.queries import webhooks as queries
from services.notifications.rules.webhooks import EVENT_TYPES, PATTERNS
from services.notifications.schemas.webhooks import (
    DeliveryArgs,
    EventArgs,
    EventTypesSchema,
    RecoveredSchema,
    RecoverSchema,
    WebhookAttemptPageSchema,
    WebhookDeliveryPageSchema,
    WebhookDeliverySchema,
    WebhookEventPageSchema,
)

webhook_deliveries = Blueprint(
    "webhook_deliveries",
    __name__,
    url_prefix="/api/v1/webhooks",
    description="What happened, whom it was told, and what they answered.",
)


@webhook_deliveries.get("/event-types")
@access(roles=("admin",))
@webhook_deliveries.response(200, EventTypesSchema)
def list_webhook_event_types() -> dict[str, Any]:
    """The types of events that an endpoint can hear."""
    return {"types": EVENT_TYPES, "patterns": PATTERNS}


@webhook_deliveries.get("/event-log")
@access(roles=("admin",))
@webhook_deliveries.arguments(EventArgs, location="query")
@webhook_deliveries.response(200, WebhookEventPageSchema)
def list_webhook_events(args: dict[str, Any]) -> Page[Event]:
    """What happened and was wanted by an endpoint, the latest first."""
    with reading() as session:
        return queries.list_events(session, **args)


@webhook_deliveries.get("/endpoints/<id('whe'):endpoint_id>/deliveries")
@access(roles=("admin",))
@webhook_deliveries.arguments(DeliveryArgs, location="query")
@webhook_deliveries.response(200, WebhookDeliveryPageSchema)
def list_webhook_deliveries(args: dict[str, Any], endpoint_id: UUID) -> Page[Delivery]:
    """What an endpoint was sent, the latest first."""
    with reading() as session:
        return queries.list_deliveries(session, endpoint_id, **args)


@webhook_deliveries.post("/endpoints/<id('whe'):endpoint_id>/test")
@access(roles=("admin",))
@idempotent(required=False)
@webhook_deliveries.response(202, WebhookDeliverySchema)
def send_test_event(endpoint_id: UUID) -> Response:
    """Send an endpoint an event of type `webhook.test`."""

    def work(session: Session) -> Delivery:
        return queries.get_delivery(session, publish_test(session, endpoint_id))

    with transaction() as session:
        return once(
            session,
            lambda: work(session),
            schema=WebhookDeliverySchema,
            status=202,
            location=_location,
        )


@webhook_deliveries.post("/endpoints/<id('whe'):endpoint_id>/recover")
@access(roles=("admin",))
@webhook_deliveries.arguments(RecoverSchema)
@webhook_deliveries.response(202, RecoveredSchema)
def recover_webhook_deliveries(body: dict[str, Any], endpoint_id: UUID) -> dict[str, int]:
    """Send an endpoint again all that failed for good since a moment."""
    with transaction() as session:
        return {"queued": commands.recover(session, endpoint_id, body["since"])}


@webhook_deliveries.get("/deliveries/<id('whd'):delivery_id>")
@access(roles=("admin",))
@webhook_deliveries.response(200, WebhookDeliverySchema)
def get_webhook_delivery(delivery_id: UUID) -> Delivery:
    """One event for one endpoint, and how far it has come."""
    with reading() as session:
        return queries.get_delivery(session, delivery_id)


@webhook_deliveries.get("/deliveries/<id('whd'):delivery_id>/attempts")
@access(roles=("admin",))
@webhook_deliveries.arguments(PageArgs, location="query")
@webhook_deliveries.response(200, WebhookAttemptPageSchema)
def list_webhook_attempts(args: dict[str, Any], delivery_id: UUID) -> Page[DeliveryAttempt]:
    """The requests that were made, and the beginning of each answer."""
    with reading() as session:
        return queries.list_webhook_attempts(session, delivery_id, **args)


@webhook_deliveries.post("/deliveries/<id('whd'):delivery_id>/redeliver")
@access(roles=("admin",))
@idempotent(required=False)
@webhook_deliveries.response(202, WebhookDeliverySchema)
def redeliver_webhook(delivery_id: UUID) -> Response:
    """Send an event to an endpoint once more, whatever became of it before."""

    def work(session: Session) -> Delivery:
        commands.redeliver(session, delivery_id)
        return queries.get_delivery(session, delivery_id)

    with transaction() as session:
        return once(
            session,
            lambda: work(session),
            schema=WebhookDeliverySchema,
            status=202,
            location=_location,
        )


def _location(delivery: Delivery) -> str:
    return f"/api/v1/webhooks/deliveries/{ids.to_text('whd', delivery.id)}"
