"""What reviews hands over of a customer, and how it forgets one."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from libs.db.statement import Statement
from libs.privacy import Person
from services.reviews.commands.reviews import take_back
from services.reviews.models import Review

_collect = Statement(
    """
    SELECT to_jsonb(p) || jsonb_build_object('review', (
        SELECT to_jsonb(r) - 'flags' FROM review AS r
        WHERE r.customer_id = p.customer_id AND r.product_id = p.product_id
    ))
    FROM purchase AS p WHERE p.customer_id = $1 ORDER BY p.bought_at, p.product_id
    """
)
_forget_purchases = Statement("DELETE FROM purchase WHERE customer_id = $1")
_forget_flags = Statement(
    """
    WITH gone AS (
        DELETE FROM flag WHERE user_id = $1 RETURNING review_id
    )
    UPDATE review SET flags = flags - 1 FROM gone WHERE review.id = gone.review_id AND flags > 0
    """
)


def collect_customer(session: Session, person: Person) -> dict[str, Any]:
    """What the customer has bought, and what they said of it."""
    return {"purchases": [row[0] for row in _collect.rows(session, person.customer_id)]}


def erase_customer(session: Session, person: Person) -> None:
    """Take back what the customer said and reported; ratings no longer count it."""
    written = select(Review).where(Review.customer_id == person.customer_id).order_by(Review.id)
    for review in session.scalars(written.with_for_update()).all():
        take_back(session, review)
    _forget_flags.run(session, person.customer_id)
    _forget_purchases.run(session, person.customer_id)
