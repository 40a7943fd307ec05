"""Tell the other services what a promotion has become."""

from typing import Literal, cast

from sqlalchemy import select
from sqlalchemy.orm import Session

from libs import clock
from libs.contracts.promotions import PromotionChanged
from libs.messaging.outbox import announce
from services.promotions.models import Coupon, Promotion


def announce_change(session: Session, promotion: Promotion) -> None:
    """Announce the locked promotion as its next version, with the codes that can be used."""
    promotion.version += 1
    promotion.updated_at = clock.now()
    session.flush()
    announce_promotion(session, promotion)


def announce_promotion(session: Session, promotion: Promotion) -> None:
    """Announce the promotion as it stands."""
    usable = select(Coupon.code).where(
        Coupon.promotion_id == promotion.id, Coupon.active, Coupon.deleted_at.is_(None)
    )
    announce(
        session,
        PromotionChanged(
            promotion_id=promotion.id,
            version=promotion.version,
            name=promotion.name,
            active=promotion.active and promotion.deleted_at is None,
            kind=cast(Literal["percentage", "fixed"], promotion.kind),
            percent_basis_points=promotion.percent_basis_points,
            amount_minor=promotion.amount_minor,
            currency=promotion.currency,
            minimum_subtotal_minor=promotion.minimum_subtotal_minor,
            starts_at=promotion.starts_at,
            ends_at=promotion.ends_at,
            codes=tuple(session.scalars(usable.order_by(Coupon.code))),
            automatic=promotion.automatic,
            priority=promotion.priority,
            stackable=promotion.stackable,
        ),
    )
