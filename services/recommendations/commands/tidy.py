"""What counts no more goes."""

from datetime import datetime

from sqlalchemy.orm import Session

from libs.db.statement import Statement

_baskets = Statement(
    """
    DELETE FROM basket WHERE id IN (
        SELECT id FROM basket WHERE week <= $1 LIMIT $2 FOR UPDATE SKIP LOCKED
    )
    """
)
_OLD = (
    Statement(
        """
        DELETE FROM popularity WHERE ctid = ANY (ARRAY(
            SELECT ctid FROM popularity WHERE week <= $1 LIMIT $2 FOR UPDATE SKIP LOCKED
        ))
        """
    ),
    Statement(
        """
        DELETE FROM co_occurrence WHERE ctid = ANY (ARRAY(
            SELECT ctid FROM co_occurrence WHERE week <= $1 LIMIT $2 FOR UPDATE SKIP LOCKED
        ))
        """
    ),
    _baskets,
)
_erased = Statement("DELETE FROM erased_user WHERE erased_at < $1::timestamptz")


def forget_old(session: Session, oldest: int, limit: int) -> int:
    """Delete so many baskets and counts of weeks up to `oldest`; returns how many went."""
    return sum(statement.run(session, oldest, limit) for statement in _OLD)


def forget_erased(session: Session, before: datetime) -> None:
    """Nothing of users who were erased before then can still be on its way."""
    _erased.run(session, before)
