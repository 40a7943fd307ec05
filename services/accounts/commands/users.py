"""Changes of a user: the profile, the password, and what an administrator decides."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import any_, func, literal, select
from sqlalchemy.orm import Session

from libs import clock
from libs.errors import DomainError
from services.accounts.commands.audit import Origin, record
from services.accounts.commands.sessions import end_sessions
from services.accounts.errors import (
    ErasureRunning,
    LastAdministrator,
    NoSuchUser,
    PasswordChanged,
    WrongPassword,
)
from services.accounts.models.users import User
from services.accounts.queries import Credential
from services.accounts.rules import ACTIVE, ADMIN, ERASED, ERASING

# In the words of the partial index on administrators.
_IS_ADMIN = literal(ADMIN) == any_(User.roles)


def lock_user(session: Session, user_id: UUID) -> User:
    """The user, whom nobody else changes until this transaction ends."""
    statement = select(User).where(User.id == user_id).with_for_update(key_share=True)
    user = session.scalar(statement)
    if user is None:
        raise NoSuchUser("there is no such user")
    return user


def require_standing(user: User) -> None:
    """Refuse to touch somebody who is erased, or about to be."""
    if user.status in {ERASING, ERASED}:
        raise ErasureRunning("this account is erased or about to be")


def change_profile(user: User, changes: Mapping[str, Any]) -> None:
    """Set the given fields of a locked user; what is equal already is no change."""
    changed = {name: new for name, new in changes.items() if getattr(user, name) != new}
    for name, new in changed.items():
        setattr(user, name, new)
    if changed:
        user.touch()


def change_password(
    session: Session, known: Credential, password_hash: str | None, *, keep: UUID, origin: Origin
) -> DomainError | None:
    """Replace a proven password and end every other session; None is the hash of an unproven one.

    The refusal is returned, so that its audit row is kept.
    """
    if password_hash is None:
        record(session, "password_refused", origin, user_id=known.user_id, actor_id=known.user_id)
        return WrongPassword("the current password is wrong")
    user = lock_user(session, known.user_id)
    if user.password_changed_at != known.password_changed_at:
        return PasswordChanged("the password was changed by another request")
    user.password_hash = password_hash
    user.password_changed_at = clock.now()
    end_sessions(session, user.id, keep=keep)
    record(session, "password_changed", origin, user_id=user.id, actor_id=user.id)
    return None


def lock_for_administration(session: Session, user_id: UUID) -> User:
    """The user and all administrators, locked in one order, so that the last one cannot be lost."""
    admins = select(User.id).where(_IS_ADMIN).order_by(User.id)
    session.execute(admins.with_for_update(key_share=True)).all()
    return lock_user(session, user_id)


def administer(
    session: Session,
    user: User,
    *,
    roles: Sequence[str] | None,
    status: str | None,
    actor_id: UUID,
    origin: Origin,
) -> None:
    """Change roles or status of a user locked for administration; closing ends the sessions."""
    before = _standing(user)
    user.roles = user.roles if roles is None else sorted(set(roles))
    user.status = user.status if status is None else status
    if _standing(user) == before:
        return
    user.touch()
    session.flush()
    keep_an_administrator(session)
    if user.status != ACTIVE:
        end_sessions(session, user.id)
    record(
        session,
        "user_administered",
        origin,
        user_id=user.id,
        actor_id=actor_id,
        before=before,
        after=_standing(user),
    )


def _standing(user: User) -> dict[str, Any]:
    return {"roles": sorted(user.roles), "status": user.status}


def keep_an_administrator(session: Session) -> None:
    """Refuse what this transaction did if it leaves no administrator."""
    active = select(func.count()).where(_IS_ADMIN, User.status == ACTIVE)
    if not session.scalar(active):
        raise LastAdministrator("somebody must remain who can administer users")
