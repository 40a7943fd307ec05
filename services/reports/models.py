"""Tables of reports: the log of what was heard, and what was made of it.

Every row of a projection belongs to a generation: a rebuild fills the next one from the log while
the current one is read, and then takes its place.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CHAR, CheckConstraint, Identity, Index, Text, func, text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from libs.db.base import TYPES, service_metadata
from libs.ids import uuid7


class Base(DeclarativeBase):
    """All tables of reports."""

    metadata = service_metadata()
    type_annotation_map = TYPES | {str: Text}


class Event(Base):
    """A fact as it was heard, without mail addresses. A trigger refuses to change or delete it."""

    __tablename__ = "event"

    seq: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    id: Mapped[UUID] = mapped_column(unique=True)
    type: Mapped[str]
    at: Mapped[datetime]
    data: Mapped[dict[str, Any]]


class Projection(Base):
    """The one row that says which generation is read, and which one is being built."""

    __tablename__ = "projection"
    __table_args__ = (CheckConstraint("id = 1", name="one"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    current: Mapped[int]
    building: Mapped[int | None]


class Rebuild(Base):
    """A generation that is made from the log: what was heard by the request is `until`."""

    __tablename__ = "rebuild"
    __table_args__ = (
        CheckConstraint("(state = 'done') = (finished_at IS NOT NULL)", name="finished"),
        CheckConstraint("state IN ('running', 'done')", name="state"),
        Index(
            "uq_rebuild_running", "state", unique=True, postgresql_where=text("state = 'running'")
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    generation: Mapped[int] = mapped_column(unique=True)
    state: Mapped[str]
    replayed: Mapped[int]
    until: Mapped[int]
    requested_by: Mapped[UUID]
    requested_at: Mapped[datetime] = mapped_column(server_default=func.now())
    finished_at: Mapped[datetime | None]
    due_at: Mapped[datetime]


class Sale(Base):
    """A confirmed order."""

    __tablename__ = "sale"
    __table_args__ = (Index(None, "generation", "confirmed_at"),)

    generation: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[str]
    customer_id: Mapped[UUID | None]
    currency: Mapped[str] = mapped_column(CHAR(3))
    subtotal_minor: Mapped[int]
    discount_minor: Mapped[int]
    shipping_minor: Mapped[int]
    tax_minor: Mapped[int]
    included_tax_minor: Mapped[int]
    total_minor: Mapped[int]
    confirmed_at: Mapped[datetime]


class SaleLine(Base):
    """A line of a confirmed order, with what is needed to count it alone."""

    __tablename__ = "sale_line"
    __table_args__ = (Index(None, "generation", "confirmed_at"),)

    generation: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[UUID] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    currency: Mapped[str] = mapped_column(CHAR(3))
    confirmed_at: Mapped[datetime]
    product_id: Mapped[UUID]
    variant_id: Mapped[UUID]
    sku: Mapped[str]
    title: Mapped[str]
    quantity: Mapped[int]
    total_minor: Mapped[int]


class CouponUse(Base):
    """A coupon of a confirmed order, and what it took off."""

    __tablename__ = "coupon_use"

    generation: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[UUID] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(primary_key=True)
    promotion_id: Mapped[UUID]
    discount_minor: Mapped[int]


class Refund(Base):
    """Money of an order that went back for a return."""

    __tablename__ = "refund"
    __table_args__ = (Index(None, "generation", "refunded_at"),)

    generation: Mapped[int] = mapped_column(primary_key=True)
    return_id: Mapped[UUID] = mapped_column(primary_key=True)
    order_id: Mapped[UUID]
    currency: Mapped[str] = mapped_column(CHAR(3))
    amount_minor: Mapped[int]
    refunded_at: Mapped[datetime]


class RefundLine(Base):
    """Pieces of the order's line of that position that came back."""

    __tablename__ = "refund_line"

    generation: Mapped[int] = mapped_column(primary_key=True)
    return_id: Mapped[UUID] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    quantity: Mapped[int]
    amount_minor: Mapped[int]


class SagaOutcome(Base):
    """A saga, as its leader's facts tell of it; what is not known yet is NULL."""

    __tablename__ = "saga_outcome"
    __table_args__ = (
        CheckConstraint("outcome IN ('completed', 'compensated')", name="outcome"),
        CheckConstraint("(outcome IS NULL) = (ended_at IS NULL)", name="ended"),
        CheckConstraint("started_at IS NOT NULL OR ended_at IS NOT NULL", name="heard_of"),
    )

    generation: Mapped[int] = mapped_column(primary_key=True)
    saga_id: Mapped[UUID] = mapped_column(primary_key=True)
    type: Mapped[str]
    started_at: Mapped[datetime | None]
    outcome: Mapped[str | None]
    code: Mapped[str | None]
    ended_at: Mapped[datetime | None]


class StockMovement(Base):
    """An entry of inventory's ledger."""

    __tablename__ = "stock_movement"

    generation: Mapped[int] = mapped_column(primary_key=True)
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[str]
    reference: Mapped[UUID]
    variant_id: Mapped[UUID]
    location: Mapped[str]
    delta: Mapped[int]
    at: Mapped[datetime]


class StockAlert(Base):
    """A level that ran low, or a variant that came back, as inventory told; `location` is empty for
    a variant as a whole."""

    __tablename__ = "stock_alert"
    __table_args__ = (CheckConstraint("kind IN ('low', 'back')", name="kind"),)

    generation: Mapped[int] = mapped_column(primary_key=True)
    variant_id: Mapped[UUID] = mapped_column(primary_key=True)
    location: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(primary_key=True)


class Product(Base):
    """The newest version of a product."""

    __tablename__ = "product"

    generation: Mapped[int] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int]
    name: Mapped[str]
    category_id: Mapped[UUID | None]


class Variant(Base):
    """A variant as the newest version of its product has it, or had it last."""

    __tablename__ = "variant"

    generation: Mapped[int] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int]
    product_id: Mapped[UUID]
    sku: Mapped[str]


class Category(Base):
    """The newest version of a category."""

    __tablename__ = "category"

    generation: Mapped[int] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int]
    slug: Mapped[str]
    name: Mapped[str]
