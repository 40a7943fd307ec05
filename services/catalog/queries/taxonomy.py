"""Categories and brands, listed and single."""

from sqlalchemy import func, select, union_all
from sqlalchemy.orm import Session, joinedload

from libs.db.page import Key, Page, fetch_page
from services.catalog.errors import BrandNotFound, CategoryNotFound
from services.catalog.models.tables import Brand, Category


def list_categories(session: Session, *, cursor: str | None, limit: int) -> Page[Category]:
    """All categories by slug, with their parents."""
    statement = select(Category).options(joinedload(Category.parent))
    return fetch_page(session, statement, [Key(Category.slug)], cursor, limit)


def get_category(session: Session, slug: str) -> Category:
    """The category with its parent."""
    statement = select(Category).options(joinedload(Category.parent))
    category = session.scalars(statement.where(Category.slug == slug)).one_or_none()
    if category is None:
        raise CategoryNotFound("there is no such category")
    return category


def list_brands(session: Session, *, cursor: str | None, limit: int) -> Page[Brand]:
    """All brands by slug."""
    return fetch_page(session, select(Brand), [Key(Brand.slug)], cursor, limit)


def get_brand(session: Session, slug: str) -> Brand:
    """The brand."""
    brand = session.scalars(select(Brand).where(Brand.slug == slug)).one_or_none()
    if brand is None:
        raise BrandNotFound("there is no such brand")
    return brand


def oldest_stale(session: Session) -> float:
    """Seconds since the oldest change of a category or brand that lists do not show yet."""
    changed = union_all(
        *(
            select(table.updated_at.label("at")).where(table.indexed < table.version)
            for table in (Category, Brand)
        )
    ).subquery()
    age = func.extract("epoch", func.now() - func.min(changed.c.at))
    return float(session.scalar(select(age)) or 0)
