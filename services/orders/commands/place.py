"""Accepting an order: the order and its saga begin in one transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy.orm import Session

from libs import clock
from libs.contracts.inventory import StockLine
from libs.contracts.orders import OrderPlaced
from libs.contracts.promotions import Redemption
from libs.db.statement import Statement
from libs.ids import uuid7
from libs.messaging.outbox import announce
from libs.saga import orchestrator
from services.orders.errors import CartAlreadyOrdered, LeaseLapsed
from services.orders.models.tables import Order, OrderLine
from services.orders.sagas import PLACE_ORDER, OrderPlan

_insert = Statement(
    """
    WITH placed AS (
        INSERT INTO orders (id, cart_id, customer_id, guest_key, email, currency, subtotal_minor,
            discount_minor, shipping_minor, tax_minor, included_tax_minor, total_minor,
            shipping_address, shipping_method, discounts, created_at, updated_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13::text::jsonb, $14,
            $15::text::jsonb, $16, $16)
        ON CONFLICT DO NOTHING
        RETURNING id, version, created_at
    ), noted AS (
        INSERT INTO order_event (order_id, seq, kind, data, at)
        SELECT id, version, 'placed', '{}', created_at FROM placed
    )
    INSERT INTO order_line (id, order_id, position, variant_id, product_id, sku, title, quantity,
        unit_price_minor, discount_minor, tax_minor, included_tax_minor, total_minor)
    SELECT line.id, placed.id, line.position, line.variant_id, line.product_id, line.sku,
        line.title, line.quantity, line.unit_price_minor, line.discount_minor, line.tax_minor,
        line.included_tax_minor, line.total_minor
    FROM placed, jsonb_to_recordset($17::text::jsonb) AS line (id uuid, position int,
        variant_id uuid, product_id uuid, sku text, title text, quantity int,
        unit_price_minor bigint, discount_minor bigint, tax_minor bigint,
        included_tax_minor bigint, total_minor bigint)
    """
)


class FrozenLine(msgspec.Struct, frozen=True, kw_only=True):
    """A line of the cart as it is sold."""

    variant_id: UUID
    product_id: UUID
    sku: str
    title: str
    quantity: int
    unit_price_minor: int
    discount_minor: int
    tax_minor: int
    included_tax_minor: int
    total_minor: int


class Totals(msgspec.Struct, frozen=True, kw_only=True):
    """What the order comes to; `included_tax_minor` is inside the other amounts."""

    subtotal_minor: int
    discount_minor: int
    shipping_minor: int
    tax_minor: int
    included_tax_minor: int
    total_minor: int


class FrozenCart(msgspec.Struct, frozen=True, kw_only=True):
    """What carts promised: everything an order needs, and how long the promise holds."""

    order_id: UUID
    cart_id: UUID
    currency: str
    user_id: UUID | None
    lines: tuple[FrozenLine, ...]
    redemptions: tuple[Redemption, ...]
    discounts: list[Any]
    shipping_address: dict[str, Any]
    shipping_method: str
    totals: Totals
    lease_until: datetime | None


@dataclass(frozen=True)
class Purchase:
    """What the buyer adds to the cart. `guest_key` stands for a guest's cart token."""

    email: str
    guest_key: str | None
    provider: str
    token: str


def place_order(session: Session, cart: FrozenCart, purchase: Purchase) -> Order:
    """Record a pending order and start its saga. Refused once the cart's promise has lapsed, and
    when the cart has another live order."""
    now = clock.now()
    if cart.lease_until and cart.lease_until <= now:
        raise LeaseLapsed("the cart was promised for too short a time; send the request again")
    lines = [(uuid7(), line) for line in cart.lines]
    if not _insert.run(session, *_values(cart, purchase, lines, now)):
        raise CartAlreadyOrdered("this cart has a live order", cart_id=str(cart.cart_id))
    placed = OrderPlaced(order_id=cart.order_id, cart_id=cart.cart_id, placed_at=now)
    announce(session, placed)
    plan = _plan(cart, purchase)
    orchestrator.start(
        session, PLACE_ORDER, plan, saga_id=cart.order_id, business_key=str(cart.order_id)
    )
    return _placed(cart, purchase, lines, now)


def _placed(
    cart: FrozenCart,
    purchase: Purchase,
    lines: Sequence[tuple[UUID, FrozenLine]],
    now: datetime,
) -> Order:
    """What a query would find now, without asking."""
    return Order(
        id=cart.order_id,
        cart_id=cart.cart_id,
        customer_id=cart.user_id,
        email=purchase.email,
        currency=cart.currency,
        **msgspec.structs.asdict(cart.totals),
        refunded_minor=0,
        status="pending",
        payment_status="unpaid",
        fulfilment_status="unfulfilled",
        shipping_address=cart.shipping_address,
        shipping_method=cart.shipping_method,
        version=1,
        created_at=now,
        lines=[
            OrderLine(id=line_id, returned=0, **msgspec.structs.asdict(line))
            for line_id, line in lines
        ],
    )


def _values(
    cart: FrozenCart,
    purchase: Purchase,
    lines: Sequence[tuple[UUID, FrozenLine]],
    now: datetime,
) -> tuple[Any, ...]:
    totals = cart.totals
    rows = [
        {"id": line_id, "position": position, **msgspec.structs.asdict(line)}
        for position, (line_id, line) in enumerate(lines, 1)
    ]
    return (
        cart.order_id,
        cart.cart_id,
        cart.user_id,
        None if cart.user_id else purchase.guest_key,
        purchase.email,
        cart.currency,
        totals.subtotal_minor,
        totals.discount_minor,
        totals.shipping_minor,
        totals.tax_minor,
        totals.included_tax_minor,
        totals.total_minor,
        msgspec.json.encode(cart.shipping_address).decode(),
        cart.shipping_method,
        msgspec.json.encode(cart.discounts).decode(),
        now,
        msgspec.json.encode(rows).decode(),
    )


def _plan(cart: FrozenCart, purchase: Purchase) -> OrderPlan:
    return OrderPlan(
        order_id=cart.order_id,
        cart_id=cart.cart_id,
        customer=str(cart.user_id) if cart.user_id else purchase.email.lower(),
        currency=cart.currency,
        total_minor=cart.totals.total_minor,
        provider=purchase.provider,
        token=purchase.token,
        lines=tuple(StockLine(line.variant_id, line.quantity) for line in cart.lines),
        redemptions=cart.redemptions,
    )
