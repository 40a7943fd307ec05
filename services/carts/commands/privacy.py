"""What carts hands over of a customer, and how it forgets one."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from libs.db.statement import Statement
from libs.privacy import Person

_collect = Statement(
    """
    SELECT to_jsonb(c) - 'token_hash' || jsonb_build_object(
        'items', (SELECT jsonb_agg(to_jsonb(i) ORDER BY i.id)
            FROM cart_item AS i WHERE i.cart_id = c.id)
    )
    FROM cart AS c WHERE c.user_id = $1 ORDER BY c.id
    """
)
_lock = Statement("SELECT id FROM cart WHERE user_id = $1 ORDER BY id FOR UPDATE")
_lock_ordered = Statement(
    """
    SELECT id FROM cart WHERE id IN (
        SELECT cart_id FROM cart_freeze WHERE order_id = ANY($1::uuid[])
    )
    ORDER BY id FOR UPDATE
    """
)
_standing = Statement(
    """
    SELECT coalesce((SELECT to_jsonb(groups) FROM customer_groups WHERE user_id = $1), '[]'),
        (SELECT to_jsonb(order_id) FROM first_order WHERE user_id = $1)
    """
)
_forget_standing = Statement(
    """
    WITH groups AS (DELETE FROM customer_groups WHERE user_id = $1)
    DELETE FROM first_order WHERE user_id = $1
    """
)
_forget = Statement("DELETE FROM cart WHERE id = ANY($1::uuid[])")


def collect_customer(session: Session, person: Person) -> dict[str, Any]:
    """The customer's carts, those that became orders too, and what decides on discounts."""
    [(groups, first_order)] = _standing.rows(session, person.customer_id)
    carts = [row[0] for row in _collect.rows(session, person.customer_id)]
    return {"carts": carts, "groups": groups, "first_order": first_order}


def erase_customer(session: Session, person: Person) -> None:
    """Delete the carts; items and what orders were promised of them go with them."""
    _forget_standing.later(session, person.customer_id)
    _forget_carts(session, _lock.rows(session, person.customer_id))


def forget_ordered(session: Session, order_ids: Sequence[UUID]) -> None:
    """Delete the carts, a guest's too, that became these orders."""
    _forget_carts(session, _lock_ordered.rows(session, list(order_ids)))


def _forget_carts(session: Session, rows: Sequence[tuple[Any, ...]]) -> None:
    _forget.later(session, [row[0] for row in rows])
