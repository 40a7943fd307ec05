"""What keeps a cart from becoming an order: one list for advice and for the final gate."""

from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

import msgspec

from libs.ids import to_text
from services.carts.rules.basket import Line
from services.carts.rules.pricing import Pricing
from services.carts.rules.promotions import Reason

_NO_CATEGORY = ""


class Offer(msgspec.Struct, frozen=True, kw_only=True):
    """What the shop knows of a variant; `price_minor` None: no price in the cart's currency."""

    variant_id: UUID
    product_id: UUID
    sku: str
    title: str
    tax_category: str
    active: bool
    available: int
    price_minor: int | None
    category_ids: tuple[UUID, ...] = ()


class Position(msgspec.Struct, frozen=True, kw_only=True):
    """A variant in a cart, the price its owner was told last, and the offer if there is one."""

    item_id: UUID
    variant_id: UUID
    quantity: int
    seen_minor: int
    offer: Offer | None

    def line(self) -> Line:
        """What pricing needs of it: today's price, else the one its owner was told last."""
        price = self.offer.price_minor if self.offer else None
        return Line(
            variant_id=self.variant_id,
            quantity=self.quantity,
            unit_price_minor=self.seen_minor if price is None else price,
            tax_category=self.offer.tax_category if self.offer else _NO_CATEGORY,
            product_id=self.offer.product_id if self.offer else None,
            category_ids=self.offer.category_ids if self.offer else (),
        )


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """One thing to settle; `item_id` or `coupon` name what it is about."""

    code: str
    detail: str
    item_id: UUID | None = None
    sku: str | None = None
    available: int | None = None
    coupon: str | None = None

    @property
    def blocking(self) -> bool:
        """A changed price is told; whether it matters is decided by the expected total."""
        return self.code != "price_changed"

    def document(self) -> dict[str, Any]:
        """What a refusal shows of it."""
        members = msgspec.structs.asdict(self) | {
            "item_id": self.item_id and to_text("itm", self.item_id)
        }
        return {name: value for name, value in members.items() if value is not None}


# The code of the problem is `coupon_` and the reason.
_COUPON_DETAILS: dict[Reason, str] = {
    "invalid": "the coupon is not valid",
    "currency": "the coupon is not for this currency",
    "minimum_not_reached": "the cart is below the minimum subtotal of the coupon",
    "not_for_customer": "the coupon is for certain customers, when they are signed in",
    "not_first_order": "the coupon is for the first order of a customer who is signed in",
    "not_applicable": "the cart holds nothing that the coupon takes something off",
    "budget_used_up": "the coupon is used up",
    "not_combinable": "the coupon cannot be combined with another discount of this cart",
}


def problems(
    positions: Sequence[Position], pricing: Pricing, country: str | None
) -> tuple[Problem, ...]:
    """Everything that stands between the cart and an order."""
    return tuple(_problems(positions, pricing, country))


def _problems(
    positions: Sequence[Position], pricing: Pricing, country: str | None
) -> Iterator[Problem]:
    if not positions:
        yield Problem(code="empty", detail="the cart is empty")
    for position in positions:
        if position.offer is None:
            detail = "the shop does not know this thing any more"
            yield Problem(code="variant_unknown", detail=detail, item_id=position.item_id)
        else:
            yield from _item_problems(position, position.offer)
    for coupon, fault in pricing.coupon_faults.items():
        yield Problem(code=f"coupon_{fault}", detail=_COUPON_DETAILS[fault], coupon=coupon)
    if country is None:
        yield Problem(code="shipping_address_missing", detail="the cart has no shipping address")
    elif positions and pricing.shipping is None:
        detail = f"the shipping method does not go to {country}"
        yield Problem(code="shipping_method_unavailable", detail=detail)


def _item_problems(position: Position, offer: Offer) -> Iterator[Problem]:
    def problem(code: str, detail: str, available: int | None = None) -> Problem:
        return Problem(
            code=code,
            detail=detail,
            item_id=position.item_id,
            sku=offer.sku,
            available=available,
        )

    if not offer.active:
        yield problem("variant_inactive", f"{offer.sku} is not sold any more")
    if offer.price_minor is None:
        yield problem("price_missing", f"{offer.sku} has no price in this currency")
    elif offer.price_minor != position.seen_minor:
        yield problem("price_changed", f"the price of {offer.sku} has changed")
    if offer.available < position.quantity:
        detail = f"only {offer.available} of {offer.sku} are available"
        yield problem("not_enough_stock", detail, offer.available)
