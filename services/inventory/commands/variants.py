"""Keep the projection of catalog's products, and a level at the main location for each variant."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy.orm import Session

from libs.contracts.catalog import ProductChanged
from libs.db.statement import Statement
from libs.ids import uuid7
from services.inventory.rules.allocation import DEFAULT_LOCATION

_BY_SKU = Statement(
    """
    SELECT DISTINCT ON (sku) sku, id FROM variant WHERE sku = ANY ($1::text[])
    ORDER BY sku, listed DESC, id DESC
    """
)

_CLAIM_VERSION = Statement(
    """
    INSERT INTO product AS p (id, version) VALUES ($1::uuid, $2::bigint)
    ON CONFLICT (id) DO UPDATE SET version = excluded.version
        WHERE p.version < excluded.version
    RETURNING 1
    """
)

_UNLIST_OTHERS = Statement(
    """
    UPDATE variant SET listed = false
    WHERE product_id = $1::uuid AND listed AND id <> ALL ($2::uuid[])
    """
)

_LIST = Statement(
    """
    INSERT INTO variant (id, product_id, sku, listed)
    SELECT v.id, $1::uuid, v.sku, true FROM unnest($2::uuid[], $3::text[]) v (id, sku)
    ORDER BY v.id
    ON CONFLICT (id) DO UPDATE
        SET product_id = excluded.product_id, sku = excluded.sku, listed = true
    """
)

_ADD_LEVELS = Statement(
    """
    WITH added AS (
        INSERT INTO stock_level
            (id, variant_id, location_id, on_hand, reserved, threshold, backorder, version)
        SELECT v.id, v.variant_id, l.id, 0, 0, 0, false, 1
        FROM unnest($1::uuid[], $2::uuid[]) v (id, variant_id) JOIN location l ON l.code = $3::text
        ORDER BY v.variant_id
        ON CONFLICT (variant_id, location_id) DO NOTHING
        RETURNING variant_id
    )
    INSERT INTO stock_mark (variant_id) SELECT variant_id FROM added
    """
)


def find_variants(session: Session, skus: Iterable[str]) -> dict[str, UUID]:
    """The variant of each sku that is known; a listed one goes before one that was dropped."""
    return dict(_BY_SKU.rows(session, sorted(skus)))


def project_product(session: Session, fact: ProductChanged) -> None:
    """Take over the product's variants, unless a newer version was taken over already."""
    if not _CLAIM_VERSION.first(session, fact.product_id, fact.version):
        return
    variants = sorted((variant.variant_id, variant.sku) for variant in fact.variants)
    variant_ids = [variant_id for variant_id, _ in variants]
    _UNLIST_OTHERS.later(session, fact.product_id, variant_ids)
    _LIST.later(session, fact.product_id, variant_ids, [sku for _, sku in variants])
    _ADD_LEVELS.later(session, [uuid7() for _ in variants], variant_ids, DEFAULT_LOCATION)
