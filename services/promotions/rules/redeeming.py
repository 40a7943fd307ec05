"""When a coupon may be used; all that it looks at was read under the coupon's lock."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from libs.errors import DomainError
from services.promotions.errors import CouponExpired, CouponUnknown, CouponUsedUp


class Terms(msgspec.Struct, frozen=True):
    """A coupon and its promotion; `left` None: no limit; `budgeted`: its promotion has a budget."""

    coupon_id: UUID
    code: str
    left: int | None
    customer_limit: int | None
    active: bool
    starts_at: datetime | None
    ends_at: datetime | None
    promotion_id: UUID
    budgeted: bool


class Wish(msgspec.Struct, frozen=True):
    """A coupon that an order wants to use, and what it takes off."""

    terms: Terms
    discount_minor: int


def running(
    *, active: bool, starts_at: datetime | None, ends_at: datetime | None, at: datetime
) -> bool:
    """Whether a promotion is on and the time is inside its validity, the end left out."""
    return active and (starts_at is None or starts_at <= at) and (ends_at is None or at < ends_at)


def require_known(codes: Sequence[str], found: Mapping[str, Terms], at: datetime) -> None:
    """Refuse the first code that stands for no running coupon."""
    for code in codes:
        terms = found.get(code)
        if terms is None:
            raise CouponUnknown(f"there is no coupon {code}", coupon=code)
        if not running(
            active=terms.active, starts_at=terms.starts_at, ends_at=terms.ends_at, at=at
        ):
            raise CouponExpired(f"coupon {code} is not valid now", coupon=code)


def require_left(
    wishes: Sequence[Wish], customer_uses: Mapping[UUID, int], budgets: Mapping[UUID, int]
) -> None:
    """Refuse when a limit, the customer's share or a budget does not suffice for all of them."""
    spent: dict[UUID, int] = {}
    for wish in wishes:
        terms = wish.terms
        if terms.left is not None and terms.left < 1:
            raise _used_up(terms, "is used up")
        uses = customer_uses.get(terms.coupon_id, 0)
        if terms.customer_limit is not None and uses >= terms.customer_limit:
            raise _used_up(terms, "was used by this customer as often as allowed")
        if terms.budgeted:
            spent[terms.promotion_id] = spent.get(terms.promotion_id, 0) + wish.discount_minor
            if spent[terms.promotion_id] > budgets.get(terms.promotion_id, 0):
                raise _used_up(terms, "has no budget left for this discount")


def _used_up(terms: Terms, reason: str) -> DomainError:
    return CouponUsedUp(f"coupon {terms.code} {reason}", coupon=terms.code)
