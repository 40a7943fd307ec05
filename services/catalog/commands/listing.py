"""Keeps the listing rows, which queries filter, sort and search by, equal to the products."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from libs import clock
from libs.db.statement import Statement
from services.catalog.commands import search_feed, shown
from services.catalog.models.tables import WHOLE_SHOP

# PostgreSQL would read `BM-77` as a word and a negative number, and `a/b` as a path.
_PUNCTUATION = "-./:+#@&_"

_delete = Statement("DELETE FROM listing WHERE product_id = ANY($1::uuid[])")
# Names weigh most, then brand, then SKUs and options; of a description only the beginning counts.
# A sort name is short enough for the cursor of a page. Laterals that cannot be flattened (OFFSET 0)
# make it a few index look-ups a product, however little the planner knows of tables that an import
# is just filling.
_insert = Statement(
    """
    INSERT INTO listing (
        product_id, currency, shelf_id, is_main, visible, in_stock, amount, discount,
        sort_name, category_id, category_version, brand_id, brand_version, created_at, facets,
        search
    )
    SELECT p.id, offer.currency, shelf.id, offer.currency = main.currency,
        p.status = 'active' AND p.deleted_at IS NULL, false, offer.amount,
        offer.discount, left(lower(p.name), 80), p.category_id, c.version, p.brand_id, b.version,
        p.created_at, facet.entries,
        CASE WHEN shelf.id = $2::uuid THEN
            setweight(to_tsvector('english', translate(p.name || called.names, $3, $4)), 'A')
            || setweight(to_tsvector('english', translate(coalesce(b.name, ''), $3, $4)), 'B')
            || setweight(to_tsvector('english', translate(words.words, $3, $4)), 'C')
            || setweight(to_tsvector('english', translate(left(p.description, 4000), $3, $4)), 'D')
        END
    FROM product p
    LEFT JOIN category c ON c.id = p.category_id
    LEFT JOIN brand b ON b.id = p.brand_id
    CROSS JOIN LATERAL (
        WITH RECURSIVE above AS (
            SELECT c.id, c.parent_id WHERE c.id IS NOT NULL
            UNION ALL
            SELECT up.id, up.parent_id
            FROM above
            CROSS JOIN LATERAL (SELECT * FROM category WHERE id = above.parent_id OFFSET 0) up
        )
        SELECT id FROM above UNION ALL SELECT $2::uuid
    ) shelf
    CROSS JOIN LATERAL (
        SELECT pr.currency, min(coalesce(pr.current, pr.amount)) AS amount,
            max(CASE WHEN pr.current < pr.amount
                THEN (pr.amount - pr.current) * 100 / pr.amount ELSE 0 END) AS discount
        FROM variant v
        CROSS JOIN LATERAL (SELECT * FROM price WHERE variant_id = v.id OFFSET 0) pr
        WHERE v.product_id = p.id AND NOT v.removed
        GROUP BY pr.currency
    ) offer
    CROSS JOIN LATERAL (
        SELECT pr.currency
        FROM variant v
        CROSS JOIN LATERAL (SELECT * FROM price WHERE variant_id = v.id OFFSET 0) pr
        WHERE v.product_id = p.id AND NOT v.removed
        ORDER BY v.position, v.id, pr.position, pr.currency LIMIT 1
    ) main
    CROSS JOIN LATERAL (
        SELECT string_agg(concat_ws(' ', v.sku, o.words), ' ') AS words
        FROM variant v
        CROSS JOIN LATERAL (SELECT string_agg(value, ' ') FROM jsonb_each_text(v.options)) o (words)
        WHERE v.product_id = p.id AND NOT v.removed
    ) words
    CROSS JOIN LATERAL (
        SELECT coalesce(string_agg(' ' || name, ''), '') AS names
        FROM product_translation WHERE product_id = p.id
    ) called
    CROSS JOIN LATERAL (
        SELECT coalesce(array_agg(key || '=' || value ORDER BY key), '{}') AS entries
        FROM jsonb_each_text(p.attributes)
    ) facet
    WHERE p.id = ANY($1::uuid[])
    """
)
_delete_numbers = Statement("DELETE FROM product_number WHERE product_id = ANY($1::uuid[])")
_insert_numbers = Statement(
    """
    INSERT INTO product_number (product_id, code, value)
    SELECT p.id, a.key, (a.value #>> '{}')::numeric
    FROM product p CROSS JOIN LATERAL jsonb_each(p.attributes) a
    WHERE p.id = ANY($1::uuid[]) AND jsonb_typeof(a.value) = 'number'
    """
)
_lock = Statement(
    """
    SELECT FROM listing WHERE product_id = ANY($1::uuid[])
    ORDER BY product_id, currency, shelf_id FOR UPDATE
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


_stale = Statement(
    """
    SELECT l.product_id, false FROM brand b JOIN listing l ON l.brand_id = b.id AND l.shelf_id = $1
    WHERE b.indexed < b.version AND l.brand_version < b.version
    UNION
    SELECT l.product_id, true FROM category c JOIN listing l ON l.shelf_id = c.id
    WHERE c.indexed < c.version AND l.category_id = c.id AND l.category_version < c.version
    ORDER BY 1, 2 LIMIT $2
    """
)
_settle_brands = Statement(
    "UPDATE brand SET indexed = version WHERE indexed < version AND updated_at < $1"
)
_settle_categories = Statement(
    "UPDATE category SET indexed = version WHERE indexed < version AND updated_at < $1"
)
# No transaction lives longer: after it, none can still write a listing of the older state.
_SETTLED = timedelta(seconds=30)


def refresh(session: Session, product_ids: Sequence[UUID]) -> None:
    """Make the listings of these products anew."""
    ids = sorted(product_ids)
    _lock.rows(session, ids)
    _delete.later(session, ids)
    _insert.later(session, ids, WHOLE_SHOP, _PUNCTUATION, " " * len(_PUNCTUATION))
    _mark_stock.later(session, ids)
    _delete_numbers.later(session, ids)
    _insert_numbers.later(session, ids)
    search_feed.queue(session, ids)
    shown.changed(session)


def find_stale(session: Session, limit: int) -> list[tuple[UUID, bool]]:
    """Products whose brand (False) or category (True) is not any more what their listings say."""
    return [(product_id, moved) for product_id, moved in _stale.rows(session, WHOLE_SHOP, limit)]


def settle(session: Session) -> None:
    """Look no more for listings of what changed long ago: there is none that is stale."""
    settled = clock.now() - _SETTLED
    _settle_brands.later(session, settled)
    _settle_categories.later(session, settled)


def refresh_stock(session: Session, product_ids: Sequence[UUID]) -> None:
    """Set again whether these products are in stock.

    The locks come first, here and in `refresh`: whoever has to wait for them then reads stock in a
    newer statement, so of two concurrent changes the later one sees both.
    """
    ids = sorted(product_ids)
    _lock.rows(session, ids)
    _mark_stock.later(session, ids)
    search_feed.queue(session, ids)
    shown.changed(session)
