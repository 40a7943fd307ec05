"""What wishlists hands over of a customer, and how it forgets one."""

from typing import Any

from sqlalchemy.orm import Session

from libs.db.statement import Statement
from libs.privacy import Person

_collect = Statement(
    """
    SELECT to_jsonb(w) - 'share_token' || jsonb_build_object(
        'items', (SELECT jsonb_agg(to_jsonb(i) || jsonb_build_object(
                'alerts', (SELECT jsonb_agg(to_jsonb(a) ORDER BY a.id)
                    FROM alert AS a WHERE a.item_id = i.id)
            ) ORDER BY i.id)
            FROM wishlist_item AS i WHERE i.wishlist_id = w.id)
    )
    FROM wishlist AS w WHERE w.user_id = $1 ORDER BY w.id
    """
)
# Whoever changes a list locks its customer first.
_lock = Statement("SELECT FROM customer WHERE user_id = $1 FOR UPDATE")
_forget_lists = Statement("DELETE FROM wishlist WHERE user_id = $1")
_forget_customer = Statement("DELETE FROM customer WHERE user_id = $1")


def collect_customer(session: Session, person: Person) -> dict[str, Any]:
    """The customer's lists, with what is waited for."""
    return {"wishlists": [row[0] for row in _collect.rows(session, person.customer_id)]}


def erase_customer(session: Session, person: Person) -> None:
    """Delete the lists; their items and alerts go with them."""
    for statement in (_lock, _forget_lists, _forget_customer):
        statement.run(session, person.customer_id)
