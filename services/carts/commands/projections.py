"""What other services tell about themselves, kept here; only what is newer counts."""

import msgspec
from sqlalchemy.orm import Session

from libs.contracts.accounts import CustomerGroupsChanged
from libs.contracts.catalog import ProductChanged, ProductVariant
from libs.contracts.inventory import StockChanged, StockLevel
from libs.contracts.promotions import (
    BudgetChanged,
    CouponsChanged,
    PromotionChanged,
    coupon_code,
)
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
    INSERT INTO variant AS v
        (id, product_id, sku, title, tax_category, prices, active, category_ids)
    SELECT n.id, newer.id, n.sku, n.title, $7, n.prices, $8::boolean, $9::uuid[]
    FROM newer, unnest($3::uuid[], $4::text[], $5::text[], $6::text[]::jsonb[])
        AS n (id, sku, title, prices)
    ON CONFLICT (id) DO UPDATE SET product_id = excluded.product_id, sku = excluded.sku,
        title = excluded.title, tax_category = excluded.tax_category, prices = excluded.prices,
        active = excluded.active, category_ids = excluded.category_ids
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
    """
)
_CODES = Statement(
    """
    INSERT INTO promotion_code AS c (promotion_id, code, version, usable)
    SELECT $1::uuid, * FROM unnest($2::text[], $3::bigint[], $4::boolean[])
    ON CONFLICT (code) DO UPDATE SET version = excluded.version, usable = excluded.usable
        WHERE c.version < excluded.version
    """
)
_BUDGET = Statement(
    """
    INSERT INTO promotion_budget AS b (promotion_id, version, left_minor)
    VALUES ($1::uuid, $2, $3)
    ON CONFLICT (promotion_id) DO UPDATE
        SET version = excluded.version, left_minor = excluded.left_minor
        WHERE b.version < excluded.version
    """
)
_GROUPS = Statement(
    """
    INSERT INTO customer_groups AS g (user_id, groups, version) VALUES ($1::uuid, $2::text[], $3)
    ON CONFLICT (user_id) DO UPDATE SET groups = excluded.groups, version = excluded.version
        WHERE g.version < excluded.version
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
        list(fact.category_ids),
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
    """Keep the promotion as a rule of pricing."""
    rule = msgspec.convert(
        msgspec.structs.asdict(fact) | {"id": fact.promotion_id}, Promotion, from_attributes=True
    )
    document = msgspec.json.encode(rule).decode()
    _PROMOTION.later(
        session, fact.promotion_id, fact.version, fact.active, fact.automatic, document
    )


def project_coupons(session: Session, fact: CouponsChanged) -> None:
    """Keep which codes earn the promotion, always in the same order of rows."""
    coupons = {coupon_code(coupon.code): coupon for coupon in fact.coupons}
    codes = sorted(coupons)
    _CODES.later(
        session,
        fact.promotion_id,
        codes,
        [coupons[code].version for code in codes],
        [coupons[code].usable for code in codes],
    )


def project_budget(session: Session, fact: BudgetChanged) -> None:
    """Keep how much the promotion may still take off."""
    _BUDGET.later(session, fact.promotion_id, fact.version, fact.left_minor)


def project_groups(session: Session, fact: CustomerGroupsChanged) -> None:
    """Keep to which groups the customer belongs."""
    _GROUPS.later(session, fact.user_id, list(fact.groups), fact.version)


def _title(fact: ProductChanged, variant: ProductVariant) -> str:
    return variant.title or fact.name


def _prices(variant: ProductVariant) -> str:
    prices = {price.currency: price.amount_minor for price in variant.prices}
    return msgspec.json.encode(prices).decode()
