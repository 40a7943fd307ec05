"""Reads the endpoints of webhooks, the events and their deliveries."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from libs.db.page import Key, Page, fetch_page
from services.notifications.errors import DeliveryNotFound, EndpointNotFound
from services.notifications.models.webhooks import Delivery, DeliveryAttempt, Endpoint, Event


def get_endpoint(session: Session, endpoint_id: UUID, *, lock: bool = False) -> Endpoint:
    """An endpoint. Refused with EndpointNotFound."""
    found = session.get(Endpoint, endpoint_id, with_for_update=lock or None)
    if found is None:
        raise EndpointNotFound("there is no such endpoint")
    return found


def list_endpoints(session: Session, *, cursor: str | None, limit: int) -> Page[Endpoint]:
    """All endpoints, the latest first."""
    return fetch_page(session, select(Endpoint), [Key(Endpoint.id, "desc")], cursor, limit)


def list_events(
    session: Session,
    *,
    type: str | None,  # noqa: A002 - the filter's name
    since: datetime | None,
    cursor: str | None,
    limit: int,
) -> Page[Event]:
    """What happened and was wanted, in the order of the numbers, the latest first."""
    statement = select(Event)
    if type is not None:
        statement = statement.where(Event.type == type)
    if since is not None:
        statement = statement.where(Event.created_at >= since)
    return fetch_page(session, statement, [Key(Event.sequence, "desc")], cursor, limit)


def list_deliveries(
    session: Session, endpoint_id: UUID, *, state: str | None, cursor: str | None, limit: int
) -> Page[Delivery]:
    """What an endpoint was sent, the latest first. Refused with EndpointNotFound."""
    get_endpoint(session, endpoint_id)
    statement = select(Delivery).where(Delivery.endpoint_id == endpoint_id)
    if state is not None:
        statement = statement.where(Delivery.state == state)
    return fetch_page(session, statement, [Key(Delivery.id, "desc")], cursor, limit)


def get_delivery(session: Session, delivery_id: UUID) -> Delivery:
    """One event for one endpoint. Refused with DeliveryNotFound."""
    found = session.get(Delivery, delivery_id)
    if found is None:
        raise DeliveryNotFound("there is no such delivery")
    return found


def list_webhook_attempts(
    session: Session, delivery_id: UUID, *, cursor: str | None, limit: int
) -> Page[DeliveryAttempt]:
    """The requests that were made, first to last. Refused with DeliveryNotFound."""
    get_delivery(session, delivery_id)
    statement = select(DeliveryAttempt).where(DeliveryAttempt.delivery_id == delivery_id)
    return fetch_page(session, statement, [Key(DeliveryAttempt.number)], cursor, limit)


def oldest_webhook(session: Session) -> float:
    """Seconds since the oldest event that still waits for an endpoint that is in use and works."""
    age = func.extract("epoch", func.now() - func.min(Delivery.created_at))
    statement = (
        select(age)
        .join(Endpoint, Endpoint.id == Delivery.endpoint_id)
        .where(
            Delivery.state == "queued",
            Endpoint.state == "enabled",
            Endpoint.failing_since.is_(None),
        )
    )
    return float(session.scalar(statement) or 0)
