"""Writes of what products are called in other languages."""

from uuid import UUID

from sqlalchemy.orm import Session

from libs import clock
from services.catalog.commands import listing
from services.catalog.errors import TranslationNotFound
from services.catalog.models.tables import ProductTranslation


def translate(
    session: Session, product_id: UUID, locale: str, *, name: str, description: str
) -> ProductTranslation:
    """Add or replace a translation, which searches find too; the caller holds the product."""
    found = ProductTranslation(
        product_id=product_id,
        locale=locale,
        name=name,
        description=description,
        updated_at=clock.now(),
    )
    merged = session.merge(found)
    session.flush()
    listing.refresh(session, [product_id])
    return merged


def drop_translation(session: Session, product_id: UUID, locale: str) -> None:
    """The product is shown in the next best language again."""
    found = session.get(ProductTranslation, (product_id, locale))
    if found is None:
        raise TranslationNotFound("the product is not translated into that language")
    session.delete(found)
    session.flush()
    listing.refresh(session, [product_id])
