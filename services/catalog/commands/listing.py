"""Keeps the listing rows, which queries filter, sort and search by, equal to the products."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.orm import Session

from libs.db.statement import Statement

# Names weigh most, then brand, then SKUs and options; of a description only the beginning counts.
_upsert = Statement(
    """
    WITH offer AS (
        SELECT v.product_id, pr.currency, min(pr.amount) AS amount
        FROM variant v JOIN price pr ON pr.variant_id = v.id
        WHERE v.product_id = ANY($1::uuid[]) AND NOT v.removed
        GROUP BY v.product_id, pr.currency
    ), main AS (
        SELECT DISTINCT ON (v.product_id) v.product_id, pr.currency
        FROM variant v JOIN price pr ON pr.variant_id = v.id
        WHERE v.product_id = ANY($1::uuid[]) AND NOT v.removed
        ORDER BY v.product_id, v.position, v.id, pr.position, pr.currency
    ), words AS (
        SELECT v.product_id, string_agg(concat_ws(' ', v.sku, o.words), ' ') AS words
        FROM variant v
        CROSS JOIN LATERAL (SELECT string_agg(value, ' ') FROM jsonb_each_text(v.options)) o (words)
        WHERE v.product_id = ANY($1::uuid[]) AND NOT v.removed
        GROUP BY v.product_id
    )
    INSERT INTO listing (
        product_id, currency, is_main, visible, in_stock, amount, sort_name,
        category_id, brand_id, brand_version, created_at, search
    )
    SELECT p.id, offer.currency, offer.currency = main.currency,
        p.status = 'active' AND p.deleted_at IS NULL, false, offer.amount, left(lower(p.name), 80),
        p.category_id, p.brand_id, b.version, p.created_at,
        setweight(to_tsvector('english', p.name), 'A')
            || setweight(to_tsvector('english', coalesce(b.name, '')), 'B')
            || setweight(to_tsvector('english', words.words), 'C')
            || setweight(to_tsvector('english', left(p.description, 4000)), 'D')
    FROM product p
    JOIN offer ON offer.product_id = p.id
    JOIN main ON main.product_id = p.id
    JOIN words ON words.product_id = p.id
    LEFT JOIN brand b ON b.id = p.brand_id
    WHERE p.id = ANY($1::uuid[])
    ORDER BY p.id, offer.currency
    ON CONFLICT (product_id, currency) DO UPDATE SET
        is_main = excluded.is_main, visible = excluded.visible, amount = excluded.amount,
        sort_name = excluded.sort_name, category_id = excluded.category_id,
        brand_id = excluded.brand_id, brand_version = excluded.brand_version,
        search = excluded.search
    """
)
_drop_unpriced = Statement(
    """
    DELETE FROM listing l WHERE l.product_id = ANY($1::uuid[]) AND NOT EXISTS (
        SELECT FROM variant v JOIN price pr ON pr.variant_id = v.id
        WHERE v.product_id = l.product_id AND NOT v.removed AND pr.currency = l.currency
    )
    """
)
_lock = Statement(
    """
    SELECT FROM listing WHERE product_id = ANY($1::uuid[])
    ORDER BY product_id, currency FOR UPDATE
    """
)
_mark_stock = Statement(
    """
    UPDATE listing l SET in_stock = NOT l.in_stock
    WHERE l.product_id = ANY($1::uuid[]) AND l.in_stock <> EXISTS (
        SELECT FROM variant v JOIN stock s ON s.variant_id = v.id
        WHERE v.product_id = l.product_id AND NOT v.removed AND s.available > 0
    )
    """
)


def refresh(session: Session, product_ids: Sequence[UUID]) -> None:
    """Rewrite the listings of these products; sorted ids keep the locking order."""
    ids = list(product_ids)
    _upsert.run(session, ids)
    _drop_unpriced.run(session, ids)
    _mark_stock.run(session, ids)


def refresh_stock(session: Session, product_ids: Sequence[UUID]) -> None:
    """Set again whether these products are in stock.

    The locks come first: whoever has to wait for them then reads stock in a newer statement, so
    of two concurrent changes the later one sees both.
    """
    ids = sorted(product_ids)
    _lock.rows(session, ids)
    _mark_stock.run(session, ids)
