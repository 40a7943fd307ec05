"""Read banners."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from libs import clock
from libs.db.page import Key, Page, fetch_page
from services.promotions.errors import BannerNotFound
from services.promotions.models import Banner


def list_shown_banners(
    session: Session, position: str, *, cursor: str | None, limit: int
) -> Page[Banner]:
    """What the position shows now, highest priority first, then the older."""
    now = clock.now()
    statement = select(Banner).where(
        Banner.position == position,
        Banner.active,
        Banner.starts_at.is_(None) | (Banner.starts_at <= now),
        Banner.ends_at.is_(None) | (Banner.ends_at > now),
    )
    return fetch_page(
        session, statement, [Key(Banner.priority, "desc"), Key(Banner.id)], cursor, limit
    )


def list_banners(
    session: Session, *, position: str | None, cursor: str | None, limit: int
) -> Page[Banner]:
    """All banners, or those of a position, newest first."""
    statement = select(Banner)
    if position is not None:
        statement = statement.where(Banner.position == position)
    return fetch_page(session, statement, [Key(Banner.id, "desc")], cursor, limit)


def get_banner(session: Session, banner_id: UUID) -> Banner:
    """One banner."""
    banner = session.get(Banner, banner_id)
    if banner is None:
        raise BannerNotFound("there is no such banner")
    return banner
