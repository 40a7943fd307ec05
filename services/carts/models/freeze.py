"""What an order was promised of a cart: written once, found again by the order."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy.orm import Session

from libs.db.statement import Statement
from services.carts.models.cart import CartState
from services.carts.models.priced_cart import PricedCart, PricedItem
from services.carts.rules.discounts import Discount
from services.carts.rules.pricing import Totals

_FIND = Statement("SELECT request_key, snapshot FROM cart_freeze WHERE order_id = $1::uuid")
_LIST = Statement("SELECT snapshot FROM cart_freeze WHERE order_id = ANY ($1::uuid[])")


class FrozenLine(msgspec.Struct, frozen=True, kw_only=True):
    """A line as it is sold; `included_tax_minor` is inside the other amounts."""

    item_id: UUID
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


class FrozenRedemption(msgspec.Struct, frozen=True, kw_only=True):
    """What promotions has to count, by the code it knows it by: what takes nothing off is not
    used."""

    code: str
    promotion_id: UUID
    discount_minor: int


class Snapshot(msgspec.Struct, frozen=True, kw_only=True):
    """All that an order needs of its cart; `discounts` explain the discount, coupons or not."""

    order_id: UUID
    cart_id: UUID
    version: int
    currency: str
    user_id: UUID | None
    lines: tuple[FrozenLine, ...]
    redemptions: tuple[FrozenRedemption, ...]
    discounts: tuple[Discount, ...]
    shipping_address: dict[str, Any]
    shipping_method: str
    totals: Totals


class FrozenCart(Snapshot, frozen=True, kw_only=True):
    """The answer to an order: the lease ends then, unless the order exists (None: no end)."""

    lease_until: datetime | None


def find_freeze(session: Session, order_id: UUID) -> tuple[str, Snapshot] | None:
    """The request that froze a cart for the order, and what it was promised."""
    row = _FIND.first(session, order_id)
    return (row[0], msgspec.convert(row[1], Snapshot)) if row else None


def list_snapshots(session: Session, order_ids: Iterable[UUID]) -> dict[UUID, Snapshot]:
    """The promises of these orders, by order."""
    rows = _LIST.rows(session, list(order_ids))
    snapshots = [msgspec.convert(snapshot, Snapshot) for (snapshot,) in rows]
    return {snapshot.order_id: snapshot for snapshot in snapshots}


def snapshot_of(order_id: UUID, version: int, priced: PricedCart) -> Snapshot:
    """The promise of a cart without blocking problems, so with an offer behind every item."""
    cart = priced.cart
    return Snapshot(
        order_id=order_id,
        cart_id=cart.id,
        version=version,
        currency=cart.currency,
        user_id=cart.user_id,
        lines=msgspec.convert(priced.items, tuple[FrozenLine, ...], from_attributes=True),
        redemptions=tuple(
            FrozenRedemption(
                code=discount.redeemed_as,
                promotion_id=discount.promotion_id,
                discount_minor=discount.discount_minor,
            )
            for discount in priced.discounts
            if discount.redeemed_as is not None and discount.discount_minor
        ),
        discounts=priced.discounts,
        shipping_address=cart.shipping_address or {},
        shipping_method=priced.shipping_method or "",
        totals=priced.totals,
    )


def frozen_view(cart: CartState, snapshot: Snapshot) -> PricedCart:
    """The cart as the order was promised it, whatever prices do meanwhile."""
    return PricedCart(
        cart=cart,
        items=msgspec.convert(snapshot.lines, tuple[PricedItem, ...], from_attributes=True),
        discounts=snapshot.discounts,
        shipping_method=snapshot.shipping_method,
        totals=snapshot.totals,
    )
