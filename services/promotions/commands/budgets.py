"""Tell what is left of budgets, so that carts stop promising what no order would get."""

from sqlalchemy.orm import Session

from libs.contracts.promotions import BudgetChanged
from libs.db.statement import Statement
from libs.messaging.outbox import announce

_PER_RUN = 50
_IS_UNTOLD = Statement(
    """
    SELECT FROM promotion WHERE budget_minor IS NOT NULL
        AND told_left_minor IS DISTINCT FROM budget_minor - spent_minor LIMIT 1
    """
)
_TELL = Statement(
    """
    UPDATE promotion SET told_left_minor = budget_minor - spent_minor,
        budget_version = budget_version + 1
    WHERE id IN (
        SELECT id FROM promotion WHERE budget_minor IS NOT NULL
            AND told_left_minor IS DISTINCT FROM budget_minor - spent_minor
        ORDER BY id LIMIT $1 FOR NO KEY UPDATE SKIP LOCKED
    )
    RETURNING id, budget_version, told_left_minor
    """
)


def is_untold(session: Session) -> bool:
    """Whether a budget is not any more what was told of it."""
    return _IS_UNTOLD.first(session) is not None


def tell_budgets(session: Session) -> int:
    """Announce budgets that have changed; how many, at most a few dozen at once."""
    rows = _TELL.rows(session, _PER_RUN)
    for promotion_id, version, left in rows:
        announce(
            session, BudgetChanged(promotion_id=promotion_id, version=version, left_minor=left)
        )
    return len(rows)
