"""Tables of events."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, Text, text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from libs.db.base import TYPES, service_metadata
from libs.ids import uuid7


class Base(DeclarativeBase):
    """All tables of events."""

    metadata = service_metadata()
    type_annotation_map = TYPES | {str: Text}


class StoredEvent(Base):
    """One thing that a visitor did; a partition for each `day`, so that a day can be dropped.

    An id counts once within its day. Without consent `user_id` and `session_id` are NULL.
    """

    __tablename__ = "behavior_event"
    __table_args__ = (
        CheckConstraint(
            "kind IN ('view', 'click', 'add_to_cart', 'search', 'purchase')", name="kind"
        ),
        CheckConstraint("source IN ('client', 'orders')", name="source"),
        CheckConstraint(
            "source = 'client' OR num_nonnulls(user_id, session_id) = 0", name="consent"
        ),
        CheckConstraint(
            "CASE kind WHEN 'search' THEN query IS NOT NULL AND product_id IS NULL"
            " ELSE query IS NULL AND product_id IS NOT NULL END",
            name="subject",
        ),
        CheckConstraint("quantity > 0", name="quantity"),
        CheckConstraint("num_nulls(amount_minor, currency) <> 1", name="amount"),
        Index(None, "user_id", postgresql_where=text("user_id IS NOT NULL")),
        Index(None, "session_id", postgresql_where=text("session_id IS NOT NULL")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    kind: Mapped[str]
    source: Mapped[str]
    user_id: Mapped[UUID | None]
    session_id: Mapped[str | None]
    product_id: Mapped[UUID | None]
    variant_id: Mapped[UUID | None]
    quantity: Mapped[int | None]
    amount_minor: Mapped[int | None]
    currency: Mapped[str | None]
    query: Mapped[str | None]
    results: Mapped[int | None]


class PendingBatch(Base):
    """Stored events that are not on the streams yet, as the JSON list that goes into a message."""

    __tablename__ = "pending_batch"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    user_id: Mapped[UUID | None]
    events: Mapped[str]
