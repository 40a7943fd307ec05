"""Where users get mail, for facts that name a user alone: it follows what accounts announces."""

from uuid import UUID

from sqlalchemy.orm import Session

from libs.db.statement import Statement

_KEEP = Statement(
    "INSERT INTO contact (user_id, email) VALUES ($1::uuid, $2) ON CONFLICT DO NOTHING"
)
_CHANGE = Statement(
    """
    WITH before AS (
        SELECT user_id, email FROM contact WHERE user_id = $1::uuid
    ), changed AS (
        INSERT INTO contact AS known (user_id, version, email) VALUES ($1::uuid, $2::bigint, $3)
        ON CONFLICT (user_id) DO UPDATE SET version = excluded.version, email = excluded.email
            WHERE excluded.version > known.version AND NOT known.erased
        RETURNING user_id
    )
    SELECT before.email FROM changed LEFT JOIN before USING (user_id)
    """
)
_FIND = Statement("SELECT email FROM contact WHERE user_id = $1::uuid")
_IS_ERASED = Statement("SELECT FROM contact WHERE user_id = $1::uuid AND erased")
_ERASE = Statement(
    """
    INSERT INTO contact (user_id, email, erased) VALUES ($1::uuid, NULL, true)
    ON CONFLICT (user_id) DO UPDATE SET email = NULL, phone = NULL, erased = true
    """
)


def keep_address(session: Session, user_id: UUID, email: str) -> None:
    """The address that the user registered with; a repetition changes nothing."""
    _KEEP.later(session, user_id, email)


def change_address(session: Session, user_id: UUID, version: int, email: str) -> str | None:
    """The user's new address; returns the one before, or None if there was none or this is old."""
    row = _CHANGE.first(session, user_id, version, email)
    return row[0] if row else None


def find_address(session: Session, user_id: UUID) -> str | None:
    """None for a user whose registration was not heard of yet, and for an erased one."""
    row = _FIND.first(session, user_id)
    return row[0] if row else None


def is_erased(session: Session, user_id: UUID) -> bool:
    """Whether nothing may be told to the user any more."""
    return _IS_ERASED.first(session, user_id) is not None


def erase(session: Session, user_id: UUID) -> None:
    """Remember of the user only that nothing may be told to them."""
    _ERASE.later(session, user_id)
