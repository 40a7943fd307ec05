"""Tables of outgoing webhooks: who wants to hear what, and what became of it."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, UniqueConstraint, func, text
from sqlalchemy.orm import Mapped, mapped_column

from services.notifications.models.base import Base, Identified


class Endpoint(Identified, Base):
    """A merchant's address for events, with patterns of the types that it wants.

    `failing_since` and `failures` tell of failures without a success in between; while
    `paused_until` is to come, nothing is tried there.
    """

    __tablename__ = "webhook_endpoint"
    __table_args__ = (
        CheckConstraint("state IN ('enabled', 'disabled')", name="state"),
        CheckConstraint("cardinality(events) > 0", name="events"),
    )

    url: Mapped[str]
    description: Mapped[str]
    events: Mapped[list[str]]
    author: Mapped[UUID]
    state: Mapped[str] = mapped_column(server_default=text("'enabled'"))
    disabled_reason: Mapped[str | None]
    failing_since: Mapped[datetime | None]
    failures: Mapped[int] = mapped_column(server_default=text("0"))
    paused_until: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(server_default=text("1"))


class EndpointSecret(Identified, Base):
    """A key that signs what an endpoint is sent; one that is being replaced has an end."""

    __tablename__ = "webhook_secret"
    __table_args__ = (Index(None, "endpoint_id"),)

    endpoint_id: Mapped[UUID] = mapped_column(ForeignKey("webhook_endpoint.id", ondelete="CASCADE"))
    secret: Mapped[str]
    expires_at: Mapped[datetime | None]


class Event(Identified, Base):
    """Something that happened in the shop and that an endpoint wanted to hear."""

    __tablename__ = "webhook_event"
    __table_args__ = (
        Index(None, "created_at"),
        Index(None, "customer_id", postgresql_where=text("customer_id IS NOT NULL")),
    )

    sequence: Mapped[int] = mapped_column(Identity(always=True), unique=True)
    type: Mapped[str]
    ordering_key: Mapped[str]
    customer_id: Mapped[UUID | None]
    data: Mapped[dict[str, Any]]


class Delivery(Identified, Base):
    """One event for one endpoint. `tries` counts since it was last queued, `attempts` all."""

    __tablename__ = "webhook_delivery"
    __table_args__ = (
        UniqueConstraint("endpoint_id", "event_id"),
        CheckConstraint("state IN ('queued', 'delivered', 'failed')", name="state"),
        Index(None, "event_id"),
        Index(None, "nudge_at", postgresql_where=text("state = 'queued'")),
    )

    endpoint_id: Mapped[UUID] = mapped_column(ForeignKey("webhook_endpoint.id", ondelete="CASCADE"))
    event_id: Mapped[UUID] = mapped_column(ForeignKey("webhook_event.id", ondelete="CASCADE"))
    state: Mapped[str] = mapped_column(server_default=text("'queued'"))
    attempts: Mapped[int] = mapped_column(server_default=text("0"))
    tries: Mapped[int] = mapped_column(server_default=text("0"))
    due_at: Mapped[datetime] = mapped_column(server_default=func.now())
    nudge_at: Mapped[datetime] = mapped_column(server_default=func.now())


class DeliveryAttempt(Base):
    """One request to an endpoint, and the beginning of what it answered."""

    __tablename__ = "webhook_attempt"
    __table_args__ = (CheckConstraint("state IN ('started', 'delivered', 'failed')", name="state"),)

    delivery_id: Mapped[UUID] = mapped_column(
        ForeignKey("webhook_delivery.id", ondelete="CASCADE"), primary_key=True
    )
    number: Mapped[int] = mapped_column(primary_key=True)
    state: Mapped[str]
    status: Mapped[int | None]
    detail: Mapped[str | None]
    response: Mapped[str | None]
    started_at: Mapped[datetime] = mapped_column(server_default=func.now())
    ended_at: Mapped[datetime | None]
