"""A cart with its price: what its owner sees, and what an order is promised."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from services.carts.models.cart import CartState
from services.carts.rules.basket import Line, Terms
from services.carts.rules.discounts import Discount
from services.carts.rules.pricing import PricedLine, Rules, Totals, price
from services.carts.rules.readiness import Position, Problem, problems


class PricedItem(msgspec.Struct, frozen=True, kw_only=True):
    """An item and what it comes to; without `sku` the shop does not know it any more."""

    item_id: UUID
    variant_id: UUID
    product_id: UUID | None
    sku: str | None
    title: str | None
    quantity: int
    unit_price_minor: int
    discount_minor: int
    tax_minor: int
    included_tax_minor: int
    total_minor: int


class PricedCart(msgspec.Struct, frozen=True, kw_only=True):
    """The cart, its items in order, its totals, and what is still to be settled.

    `shipping_method` is the one it would be sent by, chosen or default. `first_order`: a discount
    of it is for the customer's first order.
    """

    cart: CartState
    items: tuple[PricedItem, ...]
    discounts: tuple[Discount, ...]
    shipping_method: str | None
    totals: Totals
    problems: tuple[Problem, ...] = ()
    first_order: bool = False

    @property
    def blocking(self) -> list[Problem]:
        """The problems that an order cannot be placed with."""
        return [problem for problem in self.problems if problem.blocking]


def price_cart(
    cart: CartState, positions: Sequence[Position], rules: Rules, at: datetime
) -> PricedCart:
    """The cart at today's prices."""
    pricing = price(lines_of(positions), rules, terms_of(cart, rules, at))
    items = zip(positions, pricing.lines, strict=True)
    return PricedCart(
        cart=cart,
        items=tuple(_item(position, line) for position, line in items),
        discounts=pricing.discounts,
        shipping_method=pricing.shipping.method if pricing.shipping else cart.shipping_method,
        totals=pricing.totals,
        problems=problems(positions, pricing, cart.country),
        first_order=any(each.first_order and not each.reason for each in pricing.decisions),
    )


def lines_of(positions: Sequence[Position]) -> list[Line]:
    """What pricing needs of a cart's items."""
    return [position.line() for position in positions]


def terms_of(cart: CartState, rules: Rules, at: datetime) -> Terms:
    """What pricing needs of the cart itself and of whose it is."""
    return Terms(
        currency=cart.currency,
        at=at,
        country=cart.country,
        shipping_method=cart.shipping_method,
        coupons=cart.coupons,
        customer=rules.customers.get(cart.user_id) if cart.user_id else None,
    )


def _item(position: Position, line: PricedLine) -> PricedItem:
    offer = position.offer
    return PricedItem(
        item_id=position.item_id,
        variant_id=position.variant_id,
        product_id=offer.product_id if offer else None,
        sku=offer.sku if offer else None,
        title=offer.title if offer else None,
        quantity=position.quantity,
        unit_price_minor=line.unit_price_minor,
        discount_minor=line.discount_minor,
        tax_minor=line.tax_minor,
        included_tax_minor=line.included_tax_minor,
        total_minor=line.total_minor,
    )
