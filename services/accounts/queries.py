"""Everything that reads accounts without changing them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from libs import clock
from libs.db.page import Key, Page, fetch_page
from services.accounts.errors import NoSuchUser
from services.accounts.models.users import LoginSession, User
from services.accounts.rules import ACTIVE


class Credential(NamedTuple):
    """What a password is checked against, outside any transaction."""

    user_id: UUID
    email: str
    password_hash: str | None
    password_changed_at: datetime


_CREDENTIAL = select(User.id, User.email, User.password_hash, User.password_changed_at)


def find_credential(session: Session, email: str) -> Credential | None:
    """The credential behind a normalized address."""
    row = session.execute(_CREDENTIAL.where(User.email == email)).one_or_none()
    return Credential(*row) if row else None


def get_credential(session: Session, user_id: UUID) -> Credential:
    """The credential of a known user."""
    row = session.execute(_CREDENTIAL.where(User.id == user_id)).one_or_none()
    if row is None:
        raise NoSuchUser("there is no such user")
    return Credential(*row)


def get_user(session: Session, user_id: UUID) -> User:
    """One user."""
    user = session.get(User, user_id)
    if user is None:
        raise NoSuchUser("there is no such user")
    return user


def list_users(
    session: Session, *, email: str | None, cursor: str | None, limit: int
) -> Page[User]:
    """All users, newest first, or the one with that address."""
    statement = select(User)
    if email is not None:
        statement = statement.where(User.email == email)
    return fetch_page(session, statement, _newest_first(User), cursor, limit)


def list_sessions(
    session: Session, *, user_id: UUID, cursor: str | None, limit: int
) -> Page[LoginSession]:
    """The user's live sessions, newest first."""
    live = select(LoginSession).where(
        LoginSession.user_id == user_id,
        LoginSession.ended_at.is_(None),
        LoginSession.expires_at > clock.now(),
    )
    return fetch_page(session, live, _newest_first(LoginSession), cursor, limit)


def is_signed_in(
    session: Session, *, user_id: UUID, session_id: UUID, roles: Sequence[str]
) -> bool:
    """Whether the session lives, the user is active and still has all those roles."""
    statement = select(LoginSession.id).join(User, User.id == LoginSession.user_id)
    statement = statement.where(
        LoginSession.id == session_id,
        LoginSession.user_id == user_id,
        LoginSession.ended_at.is_(None),
        LoginSession.expires_at > clock.now(),
        User.status == ACTIVE,
        User.roles.contains(list(roles)),
    )
    return session.scalar(statement) is not None


def _newest_first(model: Any) -> list[Key]:
    return [Key(model.created_at, "desc"), Key(model.id, "desc")]
