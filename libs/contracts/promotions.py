"""What promotions obeys and announces."""

from datetime import datetime
from typing import ClassVar, Literal
from uuid import UUID

import msgspec

from libs.messaging.message import Command, Fact

# What a coupon code looks like before `coupon_code` has written it the one way.
COUPON_PATTERN = r"[A-Za-z0-9_-]{3,40}\Z"


class Redemption(msgspec.Struct, frozen=True, kw_only=True):
    """One coupon that an order used, and what it took off."""

    code: str
    promotion_id: UUID
    discount_minor: int


class RedeemPromotions(Command, frozen=True, kw_only=True):
    """Use every coupon once for this order, or none.

    Refused with `promotions.coupon_used_up`, `promotions.coupon_expired` or
    `promotions.coupon_unknown`. `customer` is a stable key of the person: a user id or an e-mail.
    """

    wire_name: ClassVar[str] = "promotions.redeem_promotions.v1"

    order_id: UUID
    customer: str
    currency: str
    redemptions: tuple[Redemption, ...]


class ReleasePromotions(Command, frozen=True, kw_only=True):
    """Give back the coupons that the order used."""

    wire_name: ClassVar[str] = "promotions.release_promotions.v1"

    order_id: UUID


class PromotionChanged(Fact, frozen=True, kw_only=True):
    """A promotion as it now stands, with its coupon codes; an ended one is `active=False`.

    `percent_basis_points` 1000 = 10 %; `amount_minor` in `currency`; exactly one of them is set.
    """

    wire_name: ClassVar[str] = "promotions.promotion_changed.v1"

    promotion_id: UUID
    version: int
    name: str
    active: bool
    kind: Literal["percentage", "fixed"]
    percent_basis_points: int | None
    amount_minor: int | None
    currency: str | None
    minimum_subtotal_minor: int
    starts_at: datetime | None
    ends_at: datetime | None
    codes: tuple[str, ...]
    automatic: bool
    priority: int
    stackable: bool


def coupon_code(text: str) -> str:
    """The one way a coupon code is written: without spaces around it, in upper case."""
    return text.strip().upper()
