"""What promotions obeys and announces."""

from datetime import datetime
from typing import ClassVar, Literal
from uuid import UUID

import msgspec

from libs.messaging.message import Command, Fact, Job

# What a coupon code looks like before `coupon_code` has written it the one way.
COUPON_PATTERN = r"[A-Za-z0-9_-]{3,40}\Z"

PromotionKind = Literal["percentage", "fixed", "buy_x_get_y", "free_shipping"]


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


class Scope(msgspec.Struct, frozen=True, kw_only=True):
    """These products and all products of these categories; without any of both everything."""

    category_ids: tuple[UUID, ...] = ()
    product_ids: tuple[UUID, ...] = ()


class PromotionChanged(Fact, frozen=True, kw_only=True):
    """A promotion as it now stands; an ended one is `active=False`.

    `percent_basis_points` 1000 = 10 %; `amount_minor` in `currency`. `percentage` and `fixed` take
    it off what is in `scope`. `buy_x_get_y` takes its percentage off `get_quantity` pieces of
    `reward`, or of `scope` itself, for every `buy_quantity` of `scope`. `free_shipping` needs
    something of `scope`. Where `customer_groups` are named, one of them suffices. One without a
    coupon that is to be counted all the same is redeemed by `redemption_code`.
    """

    wire_name: ClassVar[str] = "promotions.promotion_changed.v1"

    promotion_id: UUID
    version: int
    name: str
    active: bool
    kind: PromotionKind
    percent_basis_points: int | None
    amount_minor: int | None
    currency: str | None
    minimum_subtotal_minor: int
    starts_at: datetime | None
    ends_at: datetime | None
    automatic: bool
    priority: int
    stackable: bool
    scope: Scope = Scope()
    buy_quantity: int | None = None
    get_quantity: int | None = None
    reward: Scope | None = None
    customer_groups: tuple[str, ...] = ()
    first_order: bool = False
    redemption_code: str | None = None


class BudgetChanged(Fact, frozen=True, kw_only=True):
    """What is left of a promotion's budget, as of a version of its own."""

    wire_name: ClassVar[str] = "promotions.budget_changed.v1"

    promotion_id: UUID
    version: int
    left_minor: int


class CouponState(msgspec.Struct, frozen=True, array_like=True):
    """A coupon's code and whether it can be used, as of the coupon's own version."""

    code: str
    version: int
    usable: bool


class CouponsChanged(Fact, frozen=True, kw_only=True):
    """Some coupons of a promotion as they now stand; of the others nothing is said."""

    wire_name: ClassVar[str] = "promotions.coupons_changed.v1"

    promotion_id: UUID
    coupons: tuple[CouponState, ...]


class IssueCoupons(Job, frozen=True, kw_only=True):
    """Make the coupons that are still missing from a batch."""

    wire_name: ClassVar[str] = "promotions.issue_coupons.v1"

    batch_id: UUID


def coupon_code(text: str) -> str:
    """The one way a coupon code is written: without spaces around it, in upper case."""
    return text.strip().upper()
