"""Where users get mail: kept when they register, for facts that name a user alone."""

from uuid import UUID

from sqlalchemy.orm import Session

from libs.db.statement import Statement

_KEEP = Statement(
    "INSERT INTO contact (user_id, email) VALUES ($1::uuid, $2) ON CONFLICT DO NOTHING"
)
_FIND = Statement("SELECT email FROM contact WHERE user_id = $1::uuid")


def keep_address(session: Session, user_id: UUID, email: str) -> None:
    """The address that the user registered with; a repetition changes nothing."""
    _KEEP.later(session, user_id, email)


def find_address(session: Session, user_id: UUID) -> str | None:
    """None for a user whose registration was not heard of yet."""
    row = _FIND.first(session, user_id)
    return str(row[0]) if row else None
