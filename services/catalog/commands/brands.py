"""Writes of brands."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from libs import clock
from libs.ids import uuid7
from services.catalog.errors import BrandInUse, BrandNotFound, SlugTaken
from services.catalog.models.tables import Brand, Product
from services.catalog.rules.text import slugify


def create_brand(session: Session, name: str, slug: str | None = None) -> Brand:
    """A new brand; its slug is made from its name when none is given."""
    now = clock.now()
    slug = slug or slugify(name)
    _check_slug(session, slug)
    brand = Brand(
        id=uuid7(), slug=slug, name=name, version=1, indexed=1, created_at=now, updated_at=now
    )
    session.add(brand)
    session.flush()
    return brand


def lock_brand(session: Session, slug: str) -> Brand:
    """The brand, held until the transaction ends."""
    statement = select(Brand).where(Brand.slug == slug).with_for_update()
    brand = session.scalars(statement).one_or_none()
    if brand is None:
        raise BrandNotFound("there is no such brand")
    return brand


def change_brand(session: Session, brand: Brand, changes: Mapping[str, Any]) -> None:
    """Rename or readdress; searches know the new name after `publish.follow_taxonomy`."""
    slug = changes.get("slug", brand.slug)
    if slug != brand.slug:
        _check_slug(session, slug)
    brand.slug = slug
    brand.name = changes.get("name", brand.name)
    brand.version += 1
    brand.updated_at = clock.now()
    session.flush()


def delete_brand(session: Session, brand: Brand) -> None:
    """Remove a brand that no product carries, for good."""
    if session.scalar(select(exists().where(Product.brand_id == brand.id))):
        raise BrandInUse("products, perhaps deleted ones, carry the brand")
    session.delete(brand)
    session.flush()


def _check_slug(session: Session, slug: str) -> None:
    if session.scalar(select(exists().where(Brand.slug == slug))):
        raise SlugTaken(f"another brand has the slug {slug}", slug=slug)
