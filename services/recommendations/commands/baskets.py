"""Visitors' interest, taken in as it comes and put into baskets by and by."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.orm import Session

from libs.db.statement import Statement
from services.recommendations.commands import counts, publication
from services.recommendations.rules.baskets import Counts, Items, absorb, week_of

_note = Statement(
    """
    INSERT INTO interaction (basket_id, user_id, product_id, weight, at)
    SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::bigint[], $5::timestamptz[])
    """
)
_take = Statement(
    """
    DELETE FROM interaction WHERE id IN (
        SELECT id FROM interaction ORDER BY id LIMIT $1 FOR UPDATE SKIP LOCKED
    )
    RETURNING basket_id, user_id, product_id, weight, at, id
    """
)
_open = Statement(
    """
    INSERT INTO basket AS b (id, user_id, week, at)
    SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::timestamptz[])
        AS n (id, user_id, week, at)
    WHERE NOT EXISTS (SELECT FROM erased_user e WHERE e.user_id = n.user_id)
    ON CONFLICT (id) DO UPDATE SET at = greatest(b.at, excluded.at)
    RETURNING id, week
    """
)
_items = Statement(
    "SELECT basket_id, product_id, weight FROM basket_item WHERE basket_id = ANY ($1::uuid[])"
)
_keep = Statement(
    """
    INSERT INTO basket_item AS i (basket_id, product_id, weight, at)
    SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::timestamptz[])
    ON CONFLICT (basket_id, product_id) DO UPDATE
        SET weight = greatest(i.weight, excluded.weight), at = greatest(i.at, excluded.at)
    """
)


class Interaction(NamedTuple):
    """Somebody's interest in a product, and the basket that it belongs to."""

    basket_id: UUID
    user_id: UUID | None
    product_id: UUID
    weight: int
    at: datetime


class _Limits(NamedTuple):
    """`products` in a basket at most, of weeks after `oldest`."""

    products: int
    oldest: int


def note(session: Session, interactions: Sequence[Interaction]) -> None:
    """Take them in; one statement that waits for nobody, however many there are."""
    if interactions:
        _note.later(session, *map(list, zip(*interactions, strict=True)))


def fold(session: Session, *, batch: int, products: int, oldest: int, now: datetime) -> int:
    """Put the oldest interactions into their baskets, and count what that changes.

    Returns how many. Work is bounded: `batch` interactions, each with at most `products` others in
    its basket.
    """
    if not counts.may_add(session):
        return 0
    taken = sorted(_take.rows(session, batch), key=lambda row: row[-1])
    if taken:
        _absorb(session, [Interaction(*row[:-1]) for row in taken], _Limits(products, oldest), now)
    return len(taken)


def items_of(session: Session, basket_ids: Sequence[UUID]) -> dict[UUID, Items]:
    """What these baskets hold; the empty ones are left out."""
    found: dict[UUID, Items] = defaultdict(dict)
    for basket_id, product_id, weight in _items.rows(session, list(basket_ids)):
        found[basket_id][product_id] = weight
    return found


def _absorb(session: Session, taken: Sequence[Interaction], limits: _Limits, now: datetime) -> None:
    news: dict[UUID, list[Interaction]] = defaultdict(list)
    for one in taken:
        if week_of(one.at) > limits.oldest:
            news[one.basket_id].append(one)
    opened = _open_baskets(session, news)
    before = items_of(session, list(opened))
    changed = Counts()
    kept: dict[tuple[UUID, UUID], tuple[int, datetime]] = {}
    for basket_id, week in opened.items():
        seen = [(one.product_id, one.weight) for one in news[basket_id]]
        old = before.get(basket_id, {})
        after = absorb(old, seen, limits.products)
        changed.change(old, after, week)
        for one in news[basket_id]:
            if one.product_id in after:
                key = (basket_id, one.product_id)
                latest = max(one.at, kept[key][1]) if key in kept else one.at
                kept[key] = (after[one.product_id], latest)
    rows = sorted((*key, *value) for key, value in kept.items())
    if rows:
        _keep.run(session, *map(list, zip(*rows, strict=True)))
        counts.add(session, changed)
        publication.mark_counted(session, changed, now)


def _open_baskets(session: Session, news: dict[UUID, list[Interaction]]) -> dict[UUID, int]:
    """The week of each basket, all of them locked; those of erased users are left out."""
    if not news:
        return {}
    rows = [
        (basket_id, some[0].user_id, week_of(some[0].at), max(one.at for one in some))
        for basket_id, some in sorted(news.items())
    ]
    return dict(_open.rows(session, *map(list, zip(*rows, strict=True))))
