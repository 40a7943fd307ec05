"""The articles that customers wish for, as the projections know them."""

from collections.abc import Iterable
from itertools import groupby
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from libs.db.statement import Statement
from services.wishlists.rules import Article, Variant

_FIND = Statement(
    """
    SELECT p.id, p.slug, p.name, p.active,
        v.id, v.sku, v.title, v.active, v.prices, coalesce(s.available, 0)
    FROM product p
    LEFT JOIN variant v ON v.product_id = p.id
    LEFT JOIN stock_level s ON s.variant_id = v.id
    WHERE p.id = ANY ($1::uuid[])
    ORDER BY p.id, v.id
    """
)
_PRODUCT_OF = Statement(
    """
    SELECT p.id FROM variant v JOIN product p ON p.id = v.product_id
    WHERE v.id = $1::uuid AND v.active AND p.active
    """
)
_IS_SOLD = Statement("SELECT id FROM product WHERE id = $1::uuid AND active")
_PRODUCT_COLUMNS = 4


def find_articles(session: Session, product_ids: Iterable[UUID]) -> dict[UUID, Article]:
    """These products with all their variants, by product."""
    rows = _FIND.rows(session, sorted(set(product_ids)))
    grouped = groupby(rows, key=lambda row: row[:_PRODUCT_COLUMNS])
    return {
        product_id: Article(product_id, slug, name, active, _variants(lines))
        for (product_id, slug, name, active), lines in grouped
    }


def find_product(
    session: Session, *, variant_id: UUID | None, product_id: UUID | None
) -> UUID | None:
    """The product that is sold under one of the two ids, or None."""
    if variant_id is not None:
        row = _PRODUCT_OF.first(session, variant_id)
    else:
        row = _IS_SOLD.first(session, product_id)
    return row[0] if row else None


def _variants(lines: Iterable[tuple[Any, ...]]) -> tuple[Variant, ...]:
    found = (line[_PRODUCT_COLUMNS:] for line in lines)
    return tuple(Variant(*columns) for columns in found if columns[0] is not None)
