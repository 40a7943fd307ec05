"""What all baskets count for: kept up with every basket, or counted anew from all of them.

Whoever adds holds the lock shared, whoever takes off or counts anew holds it alone; rows are
locked in one order.
"""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from libs.db.statement import Statement
from services.recommendations.rules.baskets import Counts

_LOCK = 7_262_001
_REBUILD_TIMEOUTS = "SET LOCAL statement_timeout = '30min'; SET LOCAL lock_timeout = '60s'"

_try_shared = Statement(f"SELECT pg_try_advisory_xact_lock_shared({_LOCK})")
_alone = Statement(f"SELECT pg_advisory_xact_lock({_LOCK})")
_add_products = Statement(
    """
    INSERT INTO popularity AS p (product_id, week, weight)
    SELECT * FROM unnest($1::uuid[], $2::bigint[], $3::bigint[])
    ON CONFLICT (product_id, week) DO UPDATE SET weight = p.weight + excluded.weight
    """
)
_add_pairs = Statement(
    """
    INSERT INTO co_occurrence AS c (product_id, other_id, week, weight)
    SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::bigint[])
    ON CONFLICT (product_id, other_id, week) DO UPDATE SET weight = c.weight + excluded.weight
    """
)
_TAKEN_PRODUCTS = "unnest($1::uuid[], $2::bigint[], $3::bigint[]) AS n (product_id, week, weight)"
_TAKEN_PAIRS = (
    "unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::bigint[])"
    " AS n (product_id, other_id, week, weight)"
)
_SAME_PRODUCT = "t.product_id = n.product_id AND t.week = n.week"
_SAME_PAIR = f"{_SAME_PRODUCT} AND t.other_id = n.other_id"
_take_off_products = Statement(
    f"UPDATE popularity t SET weight = t.weight + n.weight FROM {_TAKEN_PRODUCTS}"  # noqa: S608  no input
    f" WHERE {_SAME_PRODUCT}"
)
_take_off_pairs = Statement(
    f"UPDATE co_occurrence t SET weight = t.weight + n.weight FROM {_TAKEN_PAIRS}"  # noqa: S608  no input
    f" WHERE {_SAME_PAIR}"
)
_drop_products = Statement(
    f"DELETE FROM popularity t USING {_TAKEN_PRODUCTS} WHERE {_SAME_PRODUCT} AND t.weight = 0"  # noqa: S608  no input
)
_drop_pairs = Statement(
    f"DELETE FROM co_occurrence t USING {_TAKEN_PAIRS} WHERE {_SAME_PAIR} AND t.weight = 0"  # noqa: S608  no input
)
_RECOUNT = (
    "DELETE FROM popularity",
    "DELETE FROM co_occurrence",
    """
    INSERT INTO popularity (product_id, week, weight)
    SELECT i.product_id, b.week, sum(i.weight)
    FROM basket b JOIN basket_item i ON i.basket_id = b.id
    WHERE b.week > :oldest
    GROUP BY 1, 2
    """,
    """
    INSERT INTO co_occurrence (product_id, other_id, week, weight)
    SELECT i.product_id, o.product_id, b.week, sum(least(i.weight, o.weight))
    FROM basket b
    JOIN basket_item i ON i.basket_id = b.id
    JOIN basket_item o ON o.basket_id = b.id AND o.product_id <> i.product_id
    WHERE b.week > :oldest
    GROUP BY 1, 2, 3
    """,
)


def may_add(session: Session) -> bool:
    """Whether nobody counts anew just now; nobody begins to until the transaction ends."""
    row = _try_shared.first(session)
    return bool(row and row[0])


def hold_alone(session: Session) -> None:
    """Wait for whoever changes the counts, and keep everybody off until the transaction ends."""
    _alone.rows(session)


def add(session: Session, counts: Counts) -> None:
    """Count what was added to baskets; `may_add` was asked before."""
    _add_products.run(session, *_columns(counts.products, 2))
    _add_pairs.run(session, *_columns(counts.pairs, 3))


def take_off(session: Session, counts: Counts) -> None:
    """Forget what was taken away; the counts, all below zero, are held alone."""
    products, pairs = _columns(counts.products, 2), _columns(counts.pairs, 3)
    _take_off_products.run(session, *products)
    _take_off_pairs.run(session, *pairs)
    _drop_products.run(session, *products)
    _drop_pairs.run(session, *pairs)


def recount(session: Session, oldest: int) -> int:
    """Count all baskets of the weeks after `oldest` anew; returns how many pairs there are."""
    session.execute(text(_REBUILD_TIMEOUTS))
    hold_alone(session)
    for statement in _RECOUNT:
        parameters = {"oldest": oldest} if ":oldest" in statement else {}
        session.execute(text(statement), parameters)
    return int(session.scalar(text("SELECT count(*) FROM co_occurrence")) or 0)


def _columns(counted: Mapping[Any, int], width: int) -> list[list[UUID | int]]:
    """The arrays of a statement, rows in one order, without those that nothing happened to."""
    rows = sorted((*key, weight) for key, weight in counted.items() if weight)
    return [[row[column] for row in rows] for column in range(width + 1)]
