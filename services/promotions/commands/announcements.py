"""Tell the other services what promotions and coupons have become."""

from collections.abc import Sequence
from typing import cast
from uuid import UUID

from sqlalchemy.orm import Session

from libs import clock
from libs.contracts.promotions import (
    CouponsChanged,
    CouponState,
    PromotionChanged,
    PromotionKind,
)
from libs.messaging.outbox import announce
from services.promotions.models import Coupon, Promotion


def announce_change(session: Session, promotion: Promotion) -> None:
    """Announce the locked promotion as its next version."""
    promotion.version += 1
    promotion.updated_at = clock.now()
    session.flush()
    announce_promotion(session, promotion)


def announce_promotion(session: Session, promotion: Promotion) -> None:
    """Announce the promotion as it stands."""
    announce(
        session,
        PromotionChanged(
            promotion_id=promotion.id,
            version=promotion.version,
            name=promotion.name,
            active=promotion.active and promotion.deleted_at is None,
            kind=cast(PromotionKind, promotion.kind),
            percent_basis_points=promotion.percent_basis_points,
            amount_minor=promotion.amount_minor,
            currency=promotion.currency,
            minimum_subtotal_minor=promotion.minimum_subtotal_minor,
            starts_at=promotion.starts_at,
            ends_at=promotion.ends_at,
            automatic=promotion.automatic,
            priority=promotion.priority,
            stackable=promotion.stackable,
            scope=promotion.scope,
            buy_quantity=promotion.buy_quantity,
            get_quantity=promotion.get_quantity,
            reward=promotion.reward,
            customer_groups=tuple(promotion.customer_groups),
            first_order=promotion.first_order,
            redemption_code=promotion.redemption_code,
        ),
    )


def announce_coupon(session: Session, coupon: Coupon) -> None:
    """Announce the locked coupon as it stands."""
    usable = coupon.active and coupon.deleted_at is None
    announce_codes(session, coupon.promotion_id, [CouponState(coupon.code, coupon.version, usable)])


def announce_codes(session: Session, promotion_id: UUID, coupons: Sequence[CouponState]) -> None:
    """Announce some coupons of a promotion."""
    announce(session, CouponsChanged(promotion_id=promotion_id, coupons=tuple(coupons)))
