"""What catalog tells about products, kept here; only what is newer counts."""

from datetime import datetime

import msgspec
from sqlalchemy.orm import Session

from libs.contracts.catalog import ProductChanged
from libs.db.statement import Statement
from services.recommendations.commands import publication
from services.recommendations.rules.places import near_product

_project = Statement(
    """
    WITH known AS (SELECT category_id FROM product WHERE id = $1::uuid),
    newer AS (
        INSERT INTO product AS p (id, version, slug, name, active, category_id, prices)
        VALUES ($1::uuid, $2, $3, $4, $5::boolean, $6::uuid, $7::jsonb)
        ON CONFLICT (id) DO UPDATE SET version = excluded.version, slug = excluded.slug,
            name = excluded.name, active = excluded.active, category_id = excluded.category_id,
            prices = excluded.prices
            WHERE p.version < excluded.version
        RETURNING id
    )
    SELECT (SELECT category_id FROM known), EXISTS (
        SELECT FROM popularity y WHERE y.product_id = newer.id
    ) FROM newer
    """
)


def project_product(session: Session, fact: ProductChanged, now: datetime) -> None:
    """Keep the product, and have the lists written again that it comes into or leaves."""
    category_id = fact.category.category_id if fact.category else None
    newer = _project.first(
        session,
        *(fact.product_id, fact.version, fact.slug, fact.name, fact.active),
        *(category_id, _lowest_prices(fact)),
    )
    if newer is None:
        return
    former, is_counted = newer
    categories = {one for one in (category_id, former) if one is not None}
    publication.mark_ranks(session, categories, now)
    if is_counted:
        publication.mark(session, [near_product(fact.product_id)], now)


def _lowest_prices(fact: ProductChanged) -> str:
    lowest: dict[str, int] = {}
    for variant in fact.variants:
        for price in variant.prices:
            known = lowest.get(price.currency, price.amount_minor)
            lowest[price.currency] = min(known, price.amount_minor)
    return msgspec.json.encode(dict(sorted(lowest.items()))).decode()
