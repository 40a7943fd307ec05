"""Read coupons."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from libs import clock
from libs.contracts.promotions import coupon_code
from libs.db.page import Key, Page, fetch_page
from services.promotions.errors import CouponNotFound
from services.promotions.models import Coupon, Promotion
from services.promotions.queries.promotions import get_promotion
from services.promotions.rules.redeeming import running


def list_coupons(
    session: Session, promotion_id: UUID, *, cursor: str | None, limit: int
) -> Page[Coupon]:
    """The coupons of a promotion, newest first."""
    get_promotion(session, promotion_id)
    statement = select(Coupon).where(
        Coupon.promotion_id == promotion_id, Coupon.deleted_at.is_(None)
    )
    return fetch_page(session, statement, [Key(Coupon.id, "desc")], cursor, limit)


def get_coupon(session: Session, promotion_id: UUID, coupon_id: UUID) -> Coupon:
    """One coupon of a promotion."""
    coupon = session.scalar(
        select(Coupon).where(
            Coupon.id == coupon_id,
            Coupon.promotion_id == promotion_id,
            Coupon.deleted_at.is_(None),
        )
    )
    if coupon is None:
        raise CouponNotFound("there is no such coupon")
    return coupon


@dataclass(frozen=True)
class CouponOffer:
    """A coupon that can be used now, and what it earns."""

    coupon: Coupon
    promotion: Promotion


def get_usable_coupon(session: Session, code: str) -> CouponOffer:
    """The coupon and what it earns; one refusal for all that cannot be used now."""
    wanted = select(Coupon, Promotion).where(
        Coupon.code == coupon_code(code),
        Coupon.promotion_id == Promotion.id,
        Coupon.deleted_at.is_(None),
        Promotion.deleted_at.is_(None),
        ~Promotion.automatic,
    )
    row = session.execute(wanted).one_or_none()
    if row is None or not _usable(*row):
        raise CouponNotFound("there is no such coupon")
    return CouponOffer(*row)


def _usable(coupon: Coupon, promotion: Promotion) -> bool:
    left = coupon.usage_limit is None or coupon.used < coupon.usage_limit
    budget = promotion.budget_minor is None or promotion.spent_minor < promotion.budget_minor
    return (
        left
        and budget
        and running(
            active=coupon.active and promotion.active,
            starts_at=promotion.starts_at,
            ends_at=promotion.ends_at,
            at=clock.now(),
        )
    )
