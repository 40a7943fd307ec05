"""What orders announces."""

from datetime import datetime
from typing import ClassVar, Literal
from uuid import UUID

import msgspec

from libs.contracts import privacy
from libs.contracts.promotions import Redemption
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


class OrderAmounts(msgspec.Struct, frozen=True, kw_only=True):
    """What makes up an order's total: goods less discount, plus shipping and added tax.

    `included_tax_minor` is inside of these.
    """

    subtotal_minor: int
    discount_minor: int
    shipping_minor: int
    tax_minor: int
    included_tax_minor: int


class OrderPlaced(Fact, frozen=True, kw_only=True):
    """An order exists and its saga runs: its cart stays frozen."""

    wire_name: ClassVar[str] = "orders.order_placed.v1"

    order_id: UUID
    cart_id: UUID
    placed_at: datetime | None = None


class OrderConfirmed(Fact, frozen=True, kw_only=True):
    """The order is paid; `redemptions` are the coupons that it used.

    Lines are left out of a very long order (`lines_omitted`) and follow as `OrderLinesSold`; what
    was bought still stands in `product_ids`, which is empty when the lines are there.
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
    amounts: OrderAmounts | None = None
    redemptions: tuple[Redemption, ...] = ()


class OrderLinesSold(Fact, frozen=True, kw_only=True):
    """Some lines of a confirmed order that is too long for one message; `first` is the position of
    the first of them, counted from 1."""

    wire_name: ClassVar[str] = "orders.order_lines_sold.v1"

    order_id: UUID
    currency: str
    confirmed_at: datetime
    first: int
    lines: tuple[OrderLine, ...]


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


class ReturnedLine(msgspec.Struct, frozen=True, array_like=True):
    """Pieces of the order's line of that position, and what is paid back for them."""

    position: int
    quantity: int
    amount_minor: int


class ReturnRequested(Fact, frozen=True, kw_only=True):
    """Pieces of an order are to come back, and a saga sees to the refund."""

    wire_name: ClassVar[str] = "orders.return_requested.v1"

    order_id: UUID
    return_id: UUID
    requested_at: datetime


class ReturnSettled(Fact, frozen=True, kw_only=True):
    """The money of a return went back, or the provider would not give it; then `code` says why."""

    wire_name: ClassVar[str] = "orders.return_settled.v1"

    order_id: UUID
    return_id: UUID
    outcome: Literal["refunded", "refused"]
    code: str | None
    currency: str
    amount_minor: int
    settled_at: datetime
    lines: tuple[ReturnedLine, ...]


class ExportCustomer(privacy.ExportCustomer, frozen=True, kw_only=True):
    """Announce the customer's orders and returns."""

    wire_name: ClassVar[str] = "orders.export_customer.v1"


class CustomerDataExported(privacy.CustomerDataExported, frozen=True, kw_only=True):
    """A slice of what orders knows of a customer."""

    wire_name: ClassVar[str] = "orders.customer_data_exported.v1"


class EraseCustomer(privacy.EraseCustomer, frozen=True, kw_only=True):
    """Pseudonymize the customer's orders. Refused with `orders.in_progress` while one of them is
    still to be sent or refunded."""

    wire_name: ClassVar[str] = "orders.erase_customer.v1"


class OrdersPseudonymized(Fact, frozen=True, kw_only=True):
    """The buyer of these orders was erased: nothing that is kept with them may lead to a person."""

    wire_name: ClassVar[str] = "orders.orders_pseudonymized.v1"

    order_ids: tuple[UUID, ...]
