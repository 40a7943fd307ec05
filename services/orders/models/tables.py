"""The tables of orders."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CHAR, CheckConstraint, ForeignKey, Index, Sequence, UniqueConstraint, text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

from libs.db.base import TYPES, service_metadata


class Base(DeclarativeBase):
    """The declarative base of this service."""

    metadata = service_metadata()
    type_annotation_map = TYPES


ORDER_NUMBERS = Sequence("order_number", start=100_001, metadata=Base.metadata)


class Order(Base):
    """A purchase as it was agreed: prices, address and owner are copies that never change."""

    __tablename__ = "orders"
    __table_args__ = (
        CheckConstraint(
            "total_minor = subtotal_minor - discount_minor + shipping_minor + tax_minor",
            name="total_is_sum",
        ),
        CheckConstraint(
            "least(subtotal_minor, discount_minor, shipping_minor, tax_minor, total_minor) >= 0",
            name="amounts_not_negative",
        ),
        CheckConstraint("refunded_minor BETWEEN 0 AND total_minor", name="refund_within_total"),
        CheckConstraint(
            "status IN ('pending', 'processing', 'shipped', 'delivered', 'cancelled')",
            name="status",
        ),
        CheckConstraint("(status = 'pending') <= (number IS NULL)", name="number_once_confirmed"),
        CheckConstraint(
            "(status = 'cancelled') = (cancellation_code IS NOT NULL)", name="cancelled_why"
        ),
        Index(
            "uq_orders_live_cart",
            "cart_id",
            unique=True,
            postgresql_where=text("status <> 'cancelled'"),
        ),
        Index("ix_orders_customer_id", "customer_id", text("id DESC")),
        Index("ix_orders_email", "email", text("id DESC")),
        Index("ix_orders_guest_key", "guest_key", postgresql_where=text("guest_key IS NOT NULL")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[str | None] = mapped_column(unique=True)
    cart_id: Mapped[UUID]
    customer_id: Mapped[UUID | None]
    guest_key: Mapped[str | None]
    email: Mapped[str]
    currency: Mapped[str] = mapped_column(CHAR(3))
    subtotal_minor: Mapped[int]
    discount_minor: Mapped[int]
    shipping_minor: Mapped[int]
    tax_minor: Mapped[int]
    included_tax_minor: Mapped[int]
    total_minor: Mapped[int]
    refunded_minor: Mapped[int] = mapped_column(server_default="0")
    status: Mapped[str] = mapped_column(server_default="pending")
    payment_status: Mapped[str] = mapped_column(server_default="unpaid")
    fulfilment_status: Mapped[str] = mapped_column(server_default="unfulfilled")
    cancellation_code: Mapped[str | None]
    cancellation_detail: Mapped[str | None]
    next_action_url: Mapped[str | None]
    shipping_address: Mapped[dict[str, Any]]
    shipping_method: Mapped[str]
    discounts: Mapped[list[Any]]
    version: Mapped[int] = mapped_column(server_default="1")
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    cancelled_at: Mapped[datetime | None]

    lines: Mapped[list["OrderLine"]] = relationship(
        order_by="OrderLine.position", lazy="raise", viewonly=True
    )


class OrderLine(Base):
    """One variant of an order, as sold."""

    __tablename__ = "order_line"
    __table_args__ = (
        UniqueConstraint("order_id", "position"),
        CheckConstraint("quantity > 0", name="quantity"),
        CheckConstraint("returned BETWEEN 0 AND quantity", name="returned_within_sold"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    order_id: Mapped[UUID] = mapped_column(ForeignKey("orders.id"))
    position: Mapped[int]
    variant_id: Mapped[UUID]
    product_id: Mapped[UUID]
    sku: Mapped[str]
    title: Mapped[str]
    quantity: Mapped[int]
    unit_price_minor: Mapped[int]
    discount_minor: Mapped[int]
    tax_minor: Mapped[int]
    included_tax_minor: Mapped[int]
    total_minor: Mapped[int]
    returned: Mapped[int] = mapped_column(server_default="0")


class OrderEvent(Base):
    """What happened to an order, for its buyer; append-only, numbered without a gap."""

    __tablename__ = "order_event"

    order_id: Mapped[UUID] = mapped_column(ForeignKey("orders.id"), primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    data: Mapped[dict[str, Any]]
    at: Mapped[datetime]


class Return(Base):
    """Pieces that come back, and the money for them."""

    __tablename__ = "return"
    __table_args__ = (
        CheckConstraint("state IN ('requested', 'refunded', 'refused')", name="state"),
        CheckConstraint("amount_minor >= 0", name="amount_not_negative"),
        Index("ix_return_order_id", "order_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    order_id: Mapped[UUID] = mapped_column(ForeignKey("orders.id"))
    state: Mapped[str] = mapped_column(server_default="requested")
    reason: Mapped[str]
    amount_minor: Mapped[int]
    currency: Mapped[str] = mapped_column(CHAR(3))
    refusal_code: Mapped[str | None]
    created_at: Mapped[datetime]

    lines: Mapped[list["ReturnLine"]] = relationship(lazy="raise", viewonly=True)


class ReturnLine(Base):
    """How many pieces of which line."""

    __tablename__ = "return_line"
    __table_args__ = (CheckConstraint("quantity > 0", name="quantity"),)

    return_id: Mapped[UUID] = mapped_column(ForeignKey("return.id"), primary_key=True)
    line_id: Mapped[UUID] = mapped_column(ForeignKey("order_line.id"), primary_key=True)
    quantity: Mapped[int]
    amount_minor: Mapped[int]
