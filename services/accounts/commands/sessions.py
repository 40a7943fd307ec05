"""Sessions: signing in, single-use refresh tokens, signing out.

What must be kept although the caller is refused (a failed login in the audit trail, a revoked
family) would be lost with a raised refusal, so these commands return it.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from libs import clock
from libs.errors import DomainError
from services.accounts import tokens
from services.accounts.commands.audit import Origin, record
from services.accounts.errors import (
    InvalidRefreshToken,
    NoSuchSession,
    UserDisabled,
    WrongCredentials,
)
from services.accounts.models.users import LIVE, REVOKED, ROTATED, LoginSession, RefreshToken, User
from services.accounts.passwords import Proof
from services.accounts.queries import Credential
from services.accounts.rules import (
    ABSOLUTE_LIFETIME,
    ACTIVE,
    REFRESH_GRACE,
    SESSION_RETENTION,
    refresh_expiry,
)


@dataclass(frozen=True)
class Grant:
    """What a successful login or refresh gives; the refresh token is nowhere else in clear."""

    user: User
    session_id: UUID
    refresh_token: str


def log_in(
    session: Session, known: Credential | None, proof: Proof, origin: Origin
) -> Grant | DomainError:
    """Open a session for a proven password, unless it was changed while it was being checked."""
    user = _proven_user(session, known) if known and proof.matched else None
    if user is None:
        record(session, "login_failed", origin, user_id=known.user_id if known else None)
        return WrongCredentials("the address or the password is wrong")
    if user.status != ACTIVE:
        record(session, "login_refused", origin, user_id=user.id)
        return UserDisabled("this account is closed")
    if proof.renewed:
        user.password_hash = proof.renewed
    return open_session(session, user, origin)


def refresh(session: Session, token: str, origin: Origin) -> Grant | DomainError:
    """Exchange a refresh token for its successor.

    A repeat within the grace gets the same successor, as long as that is unused. Any other use of
    an old token means that two parties hold the family, so all of it ends.
    """
    now, digest = clock.now(), tokens.digest(token)
    refused = InvalidRefreshToken("the refresh token is not valid; sign in again")
    family = _lock_family(session, digest, now)
    if family is None:
        return refused
    login, user = family
    held = session.get_one(RefreshToken, digest)
    if held.state == ROTATED:
        if held.salt and held.rotated_at and now < held.rotated_at + REFRESH_GRACE:
            return Grant(user, login.id, tokens.successor(token, held.salt))
        _end(session, [login.id], now)
        record(session, "refresh_reused", origin, user_id=user.id, session_id=login.id)
        return refused
    if held.expires_at <= now:
        return refused
    return Grant(user, login.id, _rotate(session, token, login, now))


def end_session(
    session: Session, *, user_id: UUID, session_id: UUID, kind: str, origin: Origin
) -> None:
    """End one live session of the user, whether it is the caller's (`logged_out`) or another."""
    now = clock.now()
    owned = select(LoginSession.id).where(
        LoginSession.id == session_id,
        LoginSession.user_id == user_id,
        LoginSession.ended_at.is_(None),
        LoginSession.expires_at > now,
    )
    if session.scalar(owned) is None or not _end(session, [session_id], now):
        raise NoSuchSession("there is no such session")
    record(session, kind, origin, user_id=user_id, actor_id=user_id, session_id=session_id)


def end_sessions(session: Session, user_id: UUID, *, keep: UUID | None = None) -> None:
    """End every session of the user but one; the caller holds the user's row, so none is opened."""
    owned = select(LoginSession.id).where(
        LoginSession.user_id == user_id, LoginSession.ended_at.is_(None)
    )
    ends = [found for found in session.scalars(owned.order_by(LoginSession.id)) if found != keep]
    _end(session, ends, clock.now())


def purge_sessions(session: Session, *, limit: int) -> int:
    """Forget sessions, and with them their tokens, that ended long ago."""
    ripe = clock.now() - SESSION_RETENTION
    old = select(LoginSession.id).where(LoginSession.expires_at < ripe)
    old = old.order_by(LoginSession.expires_at).limit(limit).with_for_update(skip_locked=True)
    ids = session.scalars(old).all()
    session.execute(delete(LoginSession).where(LoginSession.id.in_(ids)))
    return len(ids)


def _proven_user(session: Session, known: Credential) -> User | None:
    """Locks the row: whoever closes the account meanwhile waits and then sees the new session."""
    statement = select(User).where(
        User.id == known.user_id, User.password_changed_at == known.password_changed_at
    )
    return session.scalar(statement.with_for_update(key_share=True))


def open_session(session: Session, user: User, origin: Origin) -> Grant:
    """Sign in a locked user who has proven to be it, on one device."""
    now, token = clock.now(), tokens.new_refresh_token()
    login = LoginSession(
        user_id=user.id,
        created_at=now,
        used_at=now,
        expires_at=now + ABSOLUTE_LIFETIME,
        address=origin.address or "",
        user_agent=origin.device(),
    )
    session.add(login)
    session.flush()
    _keep(session, token, login, now)
    record(session, "login", origin, user_id=user.id, actor_id=user.id, session_id=login.id)
    return Grant(user, login.id, token)


def _lock_family(
    session: Session, digest: bytes, now: datetime
) -> tuple[LoginSession, User] | None:
    """The token's live session, locked, so that all who use the family take turns."""
    session_id = session.scalar(
        select(RefreshToken.session_id).where(RefreshToken.digest == digest)
    )
    statement = select(LoginSession, User).join(User, User.id == LoginSession.user_id)
    statement = statement.where(
        LoginSession.id == session_id,
        LoginSession.ended_at.is_(None),
        LoginSession.expires_at > now,
        User.status == ACTIVE,
    )
    row = session.execute(statement.with_for_update(of=LoginSession)).one_or_none()
    return (row[0], row[1]) if row else None


def _rotate(session: Session, token: str, login: LoginSession, now: datetime) -> str:
    salt = tokens.new_salt()
    successor = tokens.successor(token, salt)
    used_up = update(RefreshToken).where(
        RefreshToken.session_id == login.id, RefreshToken.salt.is_not(None)
    )
    session.execute(used_up.values(salt=None))
    current = update(RefreshToken).where(
        RefreshToken.digest == tokens.digest(token), RefreshToken.state == LIVE
    )
    session.execute(current.values(state=ROTATED, rotated_at=now, salt=salt))
    login.used_at = now
    _keep(session, successor, login, now)
    return successor


def _keep(session: Session, token: str, login: LoginSession, now: datetime) -> None:
    expires_at = refresh_expiry(now, login.expires_at)
    digest = tokens.digest(token)
    session.add(RefreshToken(digest=digest, session_id=login.id, expires_at=expires_at))


def _end(session: Session, session_ids: list[UUID], now: datetime) -> int:
    """Guarded: a session ends once. Takes the family's lock before it looks for the live token."""
    ended = session.scalars(
        update(LoginSession)
        .where(LoginSession.id.in_(session_ids), LoginSession.ended_at.is_(None))
        .values(ended_at=now)
        .returning(LoginSession.id)
    ).all()
    live = update(RefreshToken).where(
        RefreshToken.session_id.in_(ended), RefreshToken.state == LIVE
    )
    session.execute(live.values(state=REVOKED))
    return len(ended)
