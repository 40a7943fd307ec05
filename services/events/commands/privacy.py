"""What events hands over of a customer, and how it forgets one."""

from typing import Any

from sqlalchemy.orm import Session

from libs.db.statement import Statement
from libs.privacy import Person

_collect = Statement(
    """
    SELECT jsonb_strip_nulls(to_jsonb(e) - 'day' - 'source' - 'user_id')
    FROM behavior_event AS e WHERE user_id = $1 ORDER BY at, id
    """
)
# What the visitor did in the same visits before signing in is theirs too.
_forget = Statement(
    """
    DELETE FROM behavior_event WHERE user_id = $1 OR session_id IN (
        SELECT session_id FROM behavior_event WHERE user_id = $1 AND session_id IS NOT NULL
    )
    """
)
_forget_pending = Statement("DELETE FROM pending_batch WHERE user_id = $1")


def collect_customer(session: Session, person: Person) -> dict[str, Any]:
    """What the customer did while signed in, with consent."""
    return {"events": [row[0] for row in _collect.rows(session, person.customer_id)]}


def erase_customer(session: Session, person: Person) -> None:
    """Delete the customer's events, and those of their visits."""
    for statement in (_forget_pending, _forget):
        statement.run(session, person.customer_id)
