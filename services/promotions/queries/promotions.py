"""Read promotions."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from libs import clock
from libs.db.page import Key, Page, fetch_page
from services.promotions.errors import PromotionNotFound
from services.promotions.models import Promotion


def list_promotions(session: Session, *, cursor: str | None, limit: int) -> Page[Promotion]:
    """All promotions, newest first."""
    statement = select(Promotion).where(Promotion.deleted_at.is_(None))
    return fetch_page(session, statement, [Key(Promotion.id, "desc")], cursor, limit)


def get_promotion(session: Session, promotion_id: UUID) -> Promotion:
    """One promotion."""
    wanted = select(Promotion).where(Promotion.id == promotion_id, Promotion.deleted_at.is_(None))
    promotion = session.scalar(wanted)
    if promotion is None:
        raise PromotionNotFound("there is no such promotion")
    return promotion


def list_active_discounts(session: Session, *, cursor: str | None, limit: int) -> Page[Promotion]:
    """What everybody gets now without a coupon, highest priority first.

    What only members of a group get is not everybody's business.
    """
    now = clock.now()
    statement = select(Promotion).where(
        Promotion.automatic,
        Promotion.active,
        Promotion.customer_groups == [],
        Promotion.deleted_at.is_(None),
        Promotion.budget_minor.is_(None) | (Promotion.spent_minor < Promotion.budget_minor),
        Promotion.starts_at.is_(None) | (Promotion.starts_at <= now),
        Promotion.ends_at.is_(None) | (Promotion.ends_at > now),
    )
    keys = [Key(Promotion.priority, "desc"), Key(Promotion.id, "desc")]
    return fetch_page(session, statement, keys, cursor, limit)
