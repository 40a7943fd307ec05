"""Which lists of the store are due, and what has to be written there."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.orm import Session

from libs.db.statement import Statement
from services.recommendations.queries import products
from services.recommendations.rules import ranking
from services.recommendations.rules.baskets import Counts
from services.recommendations.rules.places import POPULAR, Place, in_category, near_product
from services.recommendations.rules.ranking import Scored
from services.recommendations.rules.window import Window

LENGTH = 100
# What changes again and again is written once for all changes of so long a time.
_SETTLE = timedelta(seconds=5)
_SETTLE_RANKS = timedelta(seconds=30)
_LEASE = timedelta(seconds=60)
# Interest fades, so lists that nothing happens to are made again too, not all at one time.
REFRESH = timedelta(hours=20)
_SPREAD_HOURS = 8

_mark = Statement(
    """
    INSERT INTO publication AS p (kind, key, due_at)
    SELECT n.kind, n.key, $3::timestamptz
    FROM (SELECT DISTINCT * FROM unnest($1::text[], $2::uuid[])) AS n (kind, key)
    WHERE NOT EXISTS (
        SELECT FROM publication d WHERE d.kind = n.kind AND d.key = n.key AND d.due_at <= $3
    )
    ORDER BY n.kind, n.key
    ON CONFLICT (kind, key) DO UPDATE SET due_at = least(p.due_at, excluded.due_at)
    """
)
_mark_missing = Statement(
    """
    INSERT INTO publication (kind, key, due_at)
    SELECT 'product', product_id, $1::timestamptz FROM popularity GROUP BY product_id
    UNION ALL
    SELECT 'category', category_id, $1::timestamptz FROM product
    WHERE category_id IS NOT NULL GROUP BY category_id
    UNION ALL
    SELECT 'popular', $2::uuid, $1::timestamptz
    ON CONFLICT (kind, key) DO NOTHING
    """
)
# What ranks products has to wait until each product was counted.
_mark_all = Statement(
    """
    UPDATE publication
    SET due_at = $1::timestamptz - CASE kind WHEN 'product' THEN interval '1 minute' ELSE '0' END
    """
)
_claim = Statement(
    """
    UPDATE publication p SET due_at = $2 FROM (
        SELECT kind, key FROM publication WHERE due_at <= $1
        ORDER BY due_at LIMIT $3 FOR UPDATE SKIP LOCKED
    ) d
    WHERE p.kind = d.kind AND p.key = d.key
    RETURNING p.kind, p.key
    """
)
_score = Statement(
    """
    UPDATE product p SET score = n.score
    FROM (
        SELECT asked.id, round(coalesce(
            sum(y.weight * power(0.5::float8, ($2 - y.week) / $3::float8)), 0
        )::numeric, 6)::float8 AS score
        FROM unnest($1::uuid[]) AS asked (id)
        LEFT JOIN popularity y ON y.product_id = asked.id AND y.week > $4
        GROUP BY asked.id
    ) n
    WHERE p.id = n.id AND p.score <> n.score AND p.id IN (
        SELECT id FROM product WHERE id = ANY ($1::uuid[]) ORDER BY id FOR UPDATE SKIP LOCKED
    )
    """
)
_uncounted = Statement(
    """
    SELECT id FROM unnest($1::uuid[]) AS asked (id)
    WHERE NOT EXISTS (SELECT FROM popularity y WHERE y.product_id = asked.id AND y.week > $2)
    """
)
_settle = Statement(
    """
    UPDATE publication p
    SET due_at = $3::timestamptz + $5::interval + random() * $6 * interval '1 hour'
    FROM unnest($1::text[], $2::uuid[]) AS n (kind, key)
    WHERE p.kind = n.kind AND p.key = n.key AND p.due_at = $4
    """
)
_drop = Statement(
    """
    DELETE FROM publication p USING unnest($1::text[], $2::uuid[]) AS n (kind, key)
    WHERE p.kind = n.kind AND p.key = n.key AND p.due_at = $3
    """
)


class Claim(NamedTuple):
    """Lists to write before the lease ends; without `items` a list is to be removed, and one that
    is `over` is due no more."""

    lease: datetime
    lists: dict[Place, list[Scored]]
    over: frozenset[Place]


def mark(session: Session, places: Iterable[Place], due_at: datetime) -> None:
    """Have these lists written by then, or earlier where they are due earlier."""
    kinds_and_keys = sorted(set(places))
    _mark.later(session, *_columns(kinds_and_keys), due_at)


def mark_counted(session: Session, changed: Counts, now: datetime) -> None:
    """Have written again what changed counts are for."""
    counted = {key[0] for keys in (changed.products, changed.pairs) for key in keys}
    mark(session, map(near_product, counted), now + _SETTLE)
    mark_ranks(session, products.categories_of(session, counted), now)


def mark_ranks(session: Session, category_ids: Iterable[UUID], now: datetime) -> None:
    """Have the popular products of these categories and of the whole shop ranked again."""
    mark(session, [POPULAR, *map(in_category, category_ids)], now + _SETTLE_RANKS)


def mark_all(session: Session, now: datetime) -> None:
    """Have every list written again at once."""
    _mark_missing.run(session, now, POPULAR.key)
    _mark_all.run(session, now)


def claim(session: Session, window: Window, now: datetime, limit: int) -> Claim:
    """Take due lists, which nobody else gets for a minute, and say what is to stand in them."""
    lease = now + _LEASE
    places = [Place(*row) for row in _claim.rows(session, now, lease, limit)]
    near = _count(session, places, window)
    uncounted = {row[0] for row in _uncounted.rows(session, list(near), window.oldest)}
    lists: dict[Place, list[Scored]] = {}
    over = set()
    for place in places:
        match place.kind:
            case "product":
                lists[place] = near[place.key]
                is_over = place.key in uncounted
            case "category":
                lists[place] = products.list_category(session, place.key, LENGTH)
                is_over = not lists[place]
            case "popular":
                lists[place] = products.list_popular(session, LENGTH)
                is_over = False
            case "user":
                lists[place], is_over = [], True
        if is_over:
            over.add(place)
    return Claim(lease, lists, frozenset(over))


def settle(session: Session, done: Claim, now: datetime) -> None:
    """The lists are written; those that have become due in the meantime stay so."""
    kept = _columns(sorted(done.lists.keys() - done.over))
    _settle.run(session, *kept, now, done.lease, REFRESH, _SPREAD_HOURS)
    _drop.run(session, *_columns(sorted(done.over)), done.lease)


def _count(session: Session, places: Sequence[Place], window: Window) -> dict[UUID, list[Scored]]:
    """Score the products among the places; what goes with each of them."""
    wanted = sorted(place.key for place in places if place.kind == "product")
    if not wanted:
        return {}
    # A product that a fact holds just now is marked by that fact.
    _score.run(session, wanted, *window.columns)
    found = ranking.related(products.near(session, wanted, window), LENGTH)
    return {product_id: found.get(product_id, []) for product_id in wanted}


def _columns(places: Sequence[Place]) -> tuple[list[str], list[UUID]]:
    return [place.kind for place in places], [place.key for place in places]
