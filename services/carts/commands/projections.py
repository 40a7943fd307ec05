"""What other services tell about themselves, kept here; only what is newer counts."""

import msgspec
from sqlalchemy.orm import Session

from libs.contracts.catalog import ProductChanged, ProductVariant
from libs.contracts.inventory import StockChanged, StockLevel
from libs.contracts.promotions import PromotionChanged, coupon_code
from libs.db.statement import Statement
from services.carts.rules.promotions import Promotion

# The row of the product is taken first: two facts of one product wait for each other there.
_PRODUCT = Statement(
    """
    WITH newer AS (
        INSERT INTO product (id, version) VALUES ($1::uuid, $2)
        ON CONFLICT (id) DO UPDATE SET version = excluded.version
            WHERE product.version < excluded.version
        RETURNING id
    ), dropped AS (
        UPDATE variant SET active = false FROM newer
        WHERE variant.product_id = newer.id AND NOT (variant.id = ANY ($3::uuid[]))
    )
    INSERT INTO variant AS v (id, product_id, sku, title, tax_category, prices, active)
    SELECT n.id, newer.id, n.sku, n.title, $7, n.prices, $8::boolean
    FROM newer, unnest($3::uuid[], $4::text[], $5::text[], $6::text[]::jsonb[])
        AS n (id, sku, title, prices)
    ON CONFLICT (id) DO UPDATE SET product_id = excluded.product_id, sku = excluded.sku,
        title = excluded.title, tax_category = excluded.tax_category, prices = excluded.prices,
        active = excluded.active
    """
)
_STOCK = Statement(
    """
    INSERT INTO stock_level AS s (variant_id, available, version)
    SELECT * FROM unnest($1::uuid[], $2::bigint[], $3::bigint[])
    ON CONFLICT (variant_id) DO UPDATE
        SET available = excluded.available, version = excluded.version
        WHERE s.version < excluded.version
    """
)
_PROMOTION = Statement(
    """
    INSERT INTO promotion AS p (id, version, active, automatic, rule)
    VALUES ($1::uuid, $2, $3::boolean, $4::boolean, $5::jsonb)
    ON CONFLICT (id) DO UPDATE SET version = excluded.version, active = excluded.active,
        automatic = excluded.automatic, rule = excluded.rule
        WHERE p.version < excluded.version
    RETURNING id
    """
)
_CODES = Statement(
    """
    WITH dropped AS (
        DELETE FROM promotion_code WHERE promotion_id = $1::uuid AND NOT (code = ANY ($2::text[]))
    )
    INSERT INTO promotion_code (promotion_id, code) SELECT $1::uuid, unnest($2::text[])
    ON CONFLICT DO NOTHING
    """
)


def project_product(session: Session, fact: ProductChanged) -> None:
    """Keep the product's variants; those that it no longer has are not sold any more."""
    variants = sorted(fact.variants, key=lambda variant: variant.variant_id)
    _PRODUCT.later(
        session,
        fact.product_id,
        fact.version,
        [variant.variant_id for variant in variants],
        [variant.sku for variant in variants],
        [_title(fact, variant) for variant in variants],
        [_prices(variant) for variant in variants],
        fact.tax_category,
        fact.active,
    )


def project_stock(session: Session, fact: StockChanged) -> None:
    """Keep the newest level of each variant, always in the same order of rows."""
    newest: dict[object, StockLevel] = {}
    for level in sorted(fact.levels, key=lambda level: (level.variant_id, level.version)):
        newest[level.variant_id] = level
    _STOCK.later(
        session,
        [level.variant_id for level in newest.values()],
        [level.available for level in newest.values()],
        [level.version for level in newest.values()],
    )


def project_promotion(session: Session, fact: PromotionChanged) -> None:
    """Keep the promotion and its coupon codes."""
    codes = sorted({coupon_code(code) for code in fact.codes})
    rule = Promotion(
        id=fact.promotion_id,
        name=fact.name,
        active=fact.active,
        kind=fact.kind,
        percent_basis_points=fact.percent_basis_points,
        amount_minor=fact.amount_minor,
        currency=fact.currency,
        minimum_subtotal_minor=fact.minimum_subtotal_minor,
        starts_at=fact.starts_at,
        ends_at=fact.ends_at,
        automatic=fact.automatic,
        priority=fact.priority,
        stackable=fact.stackable,
    )
    document = msgspec.json.encode(rule).decode()
    newer = _PROMOTION.first(
        session, fact.promotion_id, fact.version, fact.active, fact.automatic, document
    )
    if newer:
        _CODES.later(session, fact.promotion_id, codes)


def _title(fact: ProductChanged, variant: ProductVariant) -> str:
    return variant.title or fact.name


def _prices(variant: ProductVariant) -> str:
    prices = {price.currency: price.amount_minor for price in variant.prices}
    return msgspec.json.encode(prices).decode()
