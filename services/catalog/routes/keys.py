"""Which product a path names."""

from uuid import UUID

from sqlalchemy.orm import Session

from libs import ids
from services.catalog.errors import ProductNotFound
from services.catalog.queries.products import get_product_id
from services.catalog.rules.text import is_slug


def product_id_of(session: Session, key: str) -> UUID:
    """The product that an id or slug names; no slug looks like an id."""
    try:
        return ids.from_text("prd", key)
    except ValueError:
        if is_slug(key):
            return get_product_id(session, key)
    raise ProductNotFound("there is no such product")
