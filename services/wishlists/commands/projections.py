"""What other services tell about articles, kept here; only what is newer counts or alerts."""

import msgspec
from sqlalchemy.orm import Session

from libs.contracts.catalog import ProductChanged, ProductVariant
from libs.contracts.inventory import StockChanged
from libs.db.statement import Statement
from services.wishlists.commands.alerts import product_changed, stock_arrived

# The row of the product is taken first: two facts of one product wait for each other there.
# Every variant gets a row of stock, so that there is one to hold for whoever arms an alert; a row
# that is there is not touched, since a fact of stock may hold it and wait for the product.
_PRODUCT = Statement(
    """
    WITH newer AS (
        INSERT INTO product AS p (id, version, slug, name, active)
        VALUES ($1::uuid, $2, $3, $4, $5::boolean)
        ON CONFLICT (id) DO UPDATE SET version = excluded.version, slug = excluded.slug,
            name = excluded.name, active = excluded.active
            WHERE p.version < excluded.version
        RETURNING id
    ), dropped AS (
        UPDATE variant SET active = false FROM newer
        WHERE variant.product_id = newer.id AND NOT (variant.id = ANY ($6::uuid[]))
    ), told AS (
        INSERT INTO variant AS v (id, product_id, sku, title, prices, active)
        SELECT n.id, newer.id, n.sku, n.title, n.prices, true
        FROM newer, unnest($6::uuid[], $7::text[], $8::text[], $9::text[]::jsonb[])
            AS n (id, sku, title, prices)
        ON CONFLICT (id) DO UPDATE SET product_id = excluded.product_id, sku = excluded.sku,
            title = excluded.title, prices = excluded.prices, active = true
    ), stocked AS (
        INSERT INTO stock_level (variant_id, available, version)
        SELECT n.id, 0, -1 FROM newer, unnest($6::uuid[]) AS n (id)
        WHERE NOT EXISTS (SELECT 1 FROM stock_level s WHERE s.variant_id = n.id)
        ON CONFLICT DO NOTHING
    )
    SELECT id FROM newer
    """
)
_STOCK = Statement(
    """
    INSERT INTO stock_level AS s (variant_id, available, version)
    SELECT * FROM unnest($1::uuid[], $2::bigint[], $3::bigint[])
    ON CONFLICT (variant_id) DO UPDATE
        SET available = excluded.available, version = excluded.version
        WHERE s.version < excluded.version
    RETURNING variant_id, available
    """
)


def project_product(session: Session, fact: ProductChanged) -> None:
    """Keep the product and its variants, and make due what that fulfills."""
    variants = sorted(fact.variants, key=lambda variant: variant.variant_id)
    newer = _PRODUCT.first(
        session,
        *(fact.product_id, fact.version, fact.slug, fact.name, fact.active),
        [variant.variant_id for variant in variants],
        [variant.sku for variant in variants],
        [variant.title for variant in variants],
        [_prices(variant) for variant in variants],
    )
    if newer:
        product_changed(session, fact.product_id)


def project_stock(session: Session, fact: StockChanged) -> None:
    """Keep the newest level of each variant, rows in one order, and make due what arrived."""
    levels = sorted(fact.levels, key=lambda level: (level.variant_id, level.version))
    newest = {level.variant_id: level for level in levels}
    written = _STOCK.rows(
        session,
        list(newest),
        [level.available for level in newest.values()],
        [level.version for level in newest.values()],
    )
    arrived = [variant_id for variant_id, available in written if available > 0]
    if arrived:
        stock_arrived(session, arrived)


def _prices(variant: ProductVariant) -> str:
    prices = {price.currency: price.amount_minor for price in variant.prices}
    return msgspec.json.encode(prices).decode()
