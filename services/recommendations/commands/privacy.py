"""What is known of a customer: handed over, or forgotten."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from libs import clock
from libs.db.statement import Statement
from libs.privacy import Person
from services.recommendations.commands import baskets, counts, publication
from services.recommendations.rules.baskets import Counts
from services.recommendations.rules.places import for_user

_remember = Statement(
    """
    INSERT INTO erased_user (user_id, erased_at) VALUES ($1::uuid, $2::timestamptz)
    ON CONFLICT DO NOTHING
    """
)
_forget_waiting = Statement("DELETE FROM interaction WHERE user_id = $1::uuid")
_baskets = Statement("SELECT id, week FROM basket WHERE user_id = $1::uuid ORDER BY id FOR UPDATE")
_forget_baskets = Statement("DELETE FROM basket WHERE user_id = $1::uuid")
_history = Statement(
    """
    SELECT i.product_id, i.weight, i.at
    FROM basket b JOIN basket_item i ON i.basket_id = b.id
    WHERE b.user_id = $1::uuid
    UNION ALL
    SELECT product_id, weight, at FROM interaction WHERE user_id = $1::uuid
    ORDER BY 3, 1
    """
)


def collect_customer(session: Session, person: Person) -> Mapping[str, Any]:
    """What the customer showed interest in, oldest first."""
    return {
        "history": [
            {"product_id": product_id, "weight": weight, "at": at}
            for product_id, weight, at in _history.rows(session, person.customer_id)
        ]
    }


def erase_customer(session: Session, person: Person) -> None:
    """Leave nothing of the customer: no basket, no part in any count, no list, and nothing of what
    arrives later. May be repeated."""
    now, user_id = clock.now(), person.customer_id
    counts.hold_alone(session)
    _remember.run(session, user_id, now)
    _forget_waiting.run(session, user_id)
    weeks = dict(_baskets.rows(session, user_id))
    changed = Counts()
    for basket_id, items in baskets.items_of(session, list(weeks)).items():
        changed.change(items, {}, weeks[basket_id])
    counts.take_off(session, changed)
    _forget_baskets.run(session, user_id)
    publication.mark_counted(session, changed, now)
    publication.mark(session, [for_user(user_id)], now)
