"""Which promotions a cart earns, and what each takes off which line."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal
from uuid import UUID

import msgspec

from libs.money import split
from services.carts.rules.rounding import portion

CouponFault = Literal[
    "coupon_invalid", "coupon_currency", "coupon_minimum_not_reached", "coupon_not_combinable"
]


class Promotion(msgspec.Struct, frozen=True, kw_only=True):
    """A rule of discount; `codes` holds those of its coupon codes that the cart names."""

    id: UUID
    name: str
    active: bool
    kind: Literal["percentage", "fixed"]
    percent_basis_points: int | None = None
    amount_minor: int | None = None
    currency: str | None = None
    minimum_subtotal_minor: int = 0
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    codes: tuple[str, ...] = ()
    automatic: bool = False
    priority: int = 0
    stackable: bool = False

    def running(self, at: datetime) -> bool:
        """Whether it is switched on and the time is inside its validity, the end left out."""
        begun = self.starts_at is None or self.starts_at <= at
        return self.active and begun and (self.ends_at is None or at < self.ends_at)


class Discount(msgspec.Struct, frozen=True, kw_only=True):
    """What one promotion took off the whole cart; `code` is the coupon that earned it."""

    promotion_id: UUID
    name: str
    code: str | None
    discount_minor: int


class Discounts(msgspec.Struct, frozen=True, kw_only=True):
    """The discount of each line, by promotion, and why named coupons earned nothing."""

    by_line: tuple[int, ...]
    applied: tuple[Discount, ...]
    faults: dict[str, CouponFault]


class Basket(msgspec.Struct, frozen=True, kw_only=True):
    """What promotions look at: the amount of each line, the coupons, the currency, the time."""

    amounts: tuple[int, ...]
    coupons: tuple[str, ...]
    currency: str
    at: datetime


def discounts(basket: Basket, promotions: Sequence[Promotion]) -> Discounts:
    """Apply the earned promotions one after the other, each to what the earlier ones left.

    The highest priority goes first. A promotion that is not stackable applies alone: when it comes
    first the others are passed over, when it does not it is. A coupon counts once, and each
    promotion counts once however many of its coupons are named.
    """
    faults: dict[str, CouponFault] = dict.fromkeys(basket.coupons, "coupon_invalid")
    remaining = list(basket.amounts)
    applied: list[Discount] = []
    last: Promotion | None = None
    for promotion in sorted(promotions, key=lambda rule: (-rule.priority, rule.id)):
        # A coupon that counted already has left the faults.
        named = [code for code in faults if code in promotion.codes]
        if not promotion.running(basket.at) or not (promotion.automatic or named):
            continue
        if fault := _fault(promotion, basket, last):
            faults |= dict.fromkeys(named, fault)
            continue
        taken = _take(promotion, remaining)
        applied.append(_discount(promotion, named, taken))
        faults |= dict.fromkeys(named[1:], "coupon_not_combinable")
        if named:
            faults.pop(named[0])
        last = promotion
    by_line = tuple(a - r for a, r in zip(basket.amounts, remaining, strict=True))
    return Discounts(by_line=by_line, applied=tuple(applied), faults=faults)


def _fault(promotion: Promotion, basket: Basket, last: Promotion | None) -> CouponFault | None:
    """Why the promotion takes nothing off, after the last one that did."""
    if promotion.currency is not None and promotion.currency != basket.currency:
        return "coupon_currency"
    if sum(basket.amounts) < promotion.minimum_subtotal_minor:
        return "coupon_minimum_not_reached"
    if last and not (last.stackable and promotion.stackable):
        return "coupon_not_combinable"
    return None


def _take(promotion: Promotion, remaining: list[int]) -> int:
    """Take the promotion's share off the lines in proportion to what is left of them."""
    left = sum(remaining)
    if promotion.percent_basis_points is not None:
        total = portion(left, promotion.percent_basis_points)
    else:
        total = min(promotion.amount_minor or 0, left)
    for index, part in enumerate(split(total, remaining)):
        remaining[index] -= part
    return total


def _discount(promotion: Promotion, named: Sequence[str], taken: int) -> Discount:
    return Discount(
        promotion_id=promotion.id,
        name=promotion.name,
        code=named[0] if named else None,
        discount_minor=taken,
    )
