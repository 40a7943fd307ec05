"""What things are called, where they belong, and how their stock moved."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal
from uuid import UUID

from sqlalchemy.orm import Session

from libs.contracts.catalog import ProductCategory, ProductChanged
from libs.contracts.inventory import StockMovement
from libs.db.statement import Statement

_PRODUCT = Statement(
    """
    INSERT INTO product AS p (generation, id, version, name, category_id)
    SELECT generation, $2::uuid, $3::bigint, $4, $5::uuid
    FROM unnest($1::bigint[]) AS g (generation)
    ON CONFLICT (generation, id) DO UPDATE SET version = excluded.version, name = excluded.name,
        category_id = excluded.category_id
        WHERE p.version < excluded.version
    """
)
_VARIANTS = Statement(
    """
    INSERT INTO variant AS v (generation, id, version, product_id, sku)
    SELECT generation, new.id, $3::bigint, $2::uuid, new.sku
    FROM unnest($1::bigint[]) AS g (generation),
        unnest($4::uuid[], $5::text[]) AS new (id, sku)
    ORDER BY new.id
    ON CONFLICT (generation, id) DO UPDATE
        SET version = excluded.version, product_id = excluded.product_id, sku = excluded.sku
        WHERE v.version < excluded.version
    """
)
_CATEGORY = Statement(
    """
    INSERT INTO category AS c (generation, id, version, slug, name)
    SELECT generation, $2::uuid, $3::bigint, $4, $5
    FROM unnest($1::bigint[]) AS g (generation)
    ON CONFLICT (generation, id) DO UPDATE
        SET version = excluded.version, slug = excluded.slug, name = excluded.name
        WHERE c.version < excluded.version
    """
)
_MOVEMENTS = Statement(
    """
    INSERT INTO stock_movement
        (generation, id, kind, reference, variant_id, location, delta, at)
    SELECT generation, entry.*
    FROM unnest($1::bigint[]) AS g (generation),
        unnest($2::bigint[], $3::text[], $4::uuid[], $5::uuid[], $6::text[], $7::bigint[],
            $8::timestamptz[]) AS entry
    ON CONFLICT DO NOTHING
    """
)
_ALERT = Statement(
    """
    INSERT INTO stock_alert (generation, variant_id, location, kind, at)
    SELECT generation, $2::uuid, $3, $4, $5::timestamptz
    FROM unnest($1::bigint[]) AS g (generation)
    ON CONFLICT DO NOTHING
    """
)


def keep_product(session: Session, generations: list[int], fact: ProductChanged) -> None:
    """Take over names and category, unless newer ones are known."""
    category = fact.category
    _PRODUCT.later(
        session,
        generations,
        fact.product_id,
        fact.version,
        fact.name,
        category.category_id if category else None,
    )
    _VARIANTS.later(
        session,
        generations,
        fact.product_id,
        fact.version,
        [variant.variant_id for variant in fact.variants],
        [variant.sku for variant in fact.variants],
    )
    if category:
        keep_category(session, generations, category)


def keep_category(session: Session, generations: list[int], category: ProductCategory) -> None:
    """Take over name and address, unless newer ones are known."""
    _CATEGORY.later(
        session,
        generations,
        category.category_id,
        category.version,
        category.slug,
        category.name,
    )


def add_movements(
    session: Session, generations: list[int], movements: Sequence[StockMovement]
) -> None:
    """Enter what moved, each entry once."""
    rows = [
        (
            entry.id,
            entry.kind,
            entry.reference,
            entry.variant_id,
            entry.location,
            entry.delta,
            entry.at,
        )
        for entry in movements
    ]
    _MOVEMENTS.later(session, generations, *map(list, zip(*rows, strict=True)))


def add_alert(
    session: Session,
    generations: list[int],
    variant_id: UUID,
    kind: Literal["low", "back"],
    at: datetime,
    location: str = "",
) -> None:
    """Remember that a level ran low, or that a variant came back."""
    _ALERT.later(session, generations, variant_id, location, kind, at)
