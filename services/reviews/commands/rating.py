"""The rating of a product: changed by what one review adds or takes, and announced."""

from uuid import UUID

from sqlalchemy.orm import Session

from libs.contracts.reviews import RatingChanged
from libs.db.statement import Statement
from libs.messaging.outbox import announce

# A check would refuse the inserted row of a conflict that takes something away.
_begin = Statement(
    "INSERT INTO rating (product_id, count, sum, version) VALUES ($1, 0, 0, 0)"
    " ON CONFLICT DO NOTHING"
)
_change = Statement(
    """
    UPDATE rating SET count = count + $2, sum = sum + $3, version = version + 1
    WHERE product_id = $1 RETURNING version, count, sum
    """
)


def change_rating(
    session: Session, product_id: UUID, before: tuple[int, int], after: tuple[int, int]
) -> None:
    """Count what a review adds now instead of what it added; its row is locked by the caller.

    The rating's row is always taken after the review's.
    """
    if before == after:
        return
    _begin.later(session, product_id)
    count, total = after[0] - before[0], after[1] - before[1]
    [(version, counted, added)] = _change.rows(session, product_id, count, total)
    announce(
        session,
        RatingChanged(product_id=product_id, version=version, count=counted, sum=added),
    )
