"""Give out coupon codes, bound them, take them back."""

from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from libs import clock
from libs.contracts.promotions import coupon_code
from libs.ids import uuid7
from services.promotions.commands.announcements import announce_coupon
from services.promotions.commands.promotions import VersionCheck, lock_promotion
from services.promotions.errors import (
    AutomaticPromotion,
    CouponExists,
    CouponNotFound,
    LimitBelowUse,
)
from services.promotions.models import Coupon, Promotion


def create_coupon(session: Session, promotion_id: UUID, values: dict[str, Any]) -> Coupon:
    """Give out a code that nobody was given before."""
    lock_promotion_with_coupons(session, promotion_id)
    code = coupon_code(values["code"])
    new = values | {"code": code, "id": uuid7(), "promotion_id": promotion_id, "used": 0}
    statement = insert(Coupon).values(**new, version=1).on_conflict_do_nothing()
    coupon: Coupon | None = session.scalar(statement.returning(Coupon))
    if coupon is None:
        raise CouponExists(f"the code {code} was given out before")
    announce_coupon(session, coupon)
    return coupon


def change_coupon(
    session: Session,
    promotion_id: UUID,
    coupon_id: UUID,
    changes: dict[str, Any],
    check: VersionCheck,
) -> Coupon:
    """Replace what is given; the code stays. Refused with LimitBelowUse, and with
    AutomaticPromotion for the coupon that only orders use."""
    coupon = _lock_coupon(session, promotion_id, coupon_id)
    check(coupon.version)
    for name, value in changes.items():
        setattr(coupon, name, value)
    if coupon.usage_limit is not None and coupon.usage_limit < coupon.used:
        raise LimitBelowUse(f"this coupon has been used {coupon.used} times")
    coupon.version += 1
    announce_coupon(session, coupon)
    return coupon


def delete_coupon(
    session: Session, promotion_id: UUID, coupon_id: UUID, check: VersionCheck
) -> None:
    """Take the code back for good; orders that use it keep it."""
    coupon = _lock_coupon(session, promotion_id, coupon_id)
    check(coupon.version)
    coupon.deleted_at = clock.now()
    coupon.version += 1
    announce_coupon(session, coupon)


def lock_promotion_with_coupons(session: Session, promotion_id: UUID) -> Promotion:
    """The promotion, locked, if it is one that coupons earn."""
    promotion = lock_promotion(session, promotion_id)
    if promotion.automatic:
        raise AutomaticPromotion("this promotion is for everybody and needs no coupon")
    return promotion


def _lock_coupon(session: Session, promotion_id: UUID, coupon_id: UUID) -> Coupon:
    wanted = select(Coupon, Promotion.automatic).where(
        Coupon.id == coupon_id,
        Coupon.promotion_id == promotion_id,
        Coupon.deleted_at.is_(None),
        Promotion.id == Coupon.promotion_id,
    )
    row = session.execute(wanted.with_for_update(key_share=True, of=Coupon)).one_or_none()
    if row is None:
        raise CouponNotFound("there is no such coupon")
    coupon, automatic = row
    if automatic:
        raise AutomaticPromotion("this coupon counts the budget of a promotion for everybody")
    return coupon
