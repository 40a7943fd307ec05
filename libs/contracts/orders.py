"""What orders announces."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

import msgspec

from libs.messaging.message import Fact


class OrderLine(msgspec.Struct, frozen=True, kw_only=True):
    """A line as it was sold."""

    variant_id: UUID
    product_id: UUID
    sku: str
    title: str
    quantity: int
    unit_price_minor: int
    total_minor: int


class OrderPlaced(Fact, frozen=True, kw_only=True):
    """An order exists and its saga runs: its cart stays frozen."""

    wire_name: ClassVar[str] = "orders.order_placed.v1"

    order_id: UUID
    cart_id: UUID


class OrderConfirmed(Fact, frozen=True, kw_only=True):
    """The order is paid.

    Lines are left out of a very long order (`lines_omitted`); what was bought still stands in
    `product_ids`, which is empty when the lines are there.
    """

    wire_name: ClassVar[str] = "orders.order_confirmed.v1"

    order_id: UUID
    number: str
    cart_id: UUID
    customer_id: UUID | None
    email: str
    currency: str
    total_minor: int
    confirmed_at: datetime
    lines: tuple[OrderLine, ...]
    lines_omitted: bool = False
    product_ids: tuple[UUID, ...] = ()


class OrderCancelled(Fact, frozen=True, kw_only=True):
    """The order ended and everything was given back; `code` says why."""

    wire_name: ClassVar[str] = "orders.order_cancelled.v1"

    order_id: UUID
    cart_id: UUID
    customer_id: UUID | None
    email: str
    currency: str
    total_minor: int
    code: str
    detail: str
    cancelled_at: datetime
