"""Everything that reads accounts without changing them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, defer

from libs import clock
from libs.db.page import Key, Page, fetch_page
from services.accounts import tokens
from services.accounts.errors import (
    ExportNotReady,
    NoSuchAddress,
    NoSuchExport,
    NoSuchGroup,
    NoSuchKey,
    NoSuchSession,
    NoSuchUser,
)
from services.accounts.models.credentials import ApiKey, MailToken
from services.accounts.models.people import Address, CustomerGroup, GroupMember
from services.accounts.models.privacy import Erasure, Export
from services.accounts.models.users import LoginSession, User
from services.accounts.rules import ACTIVE, COLLECTED, RUNNING


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
    session: Session,
    *,
    email: str | None,
    role: str | None,
    status: str | None,
    cursor: str | None,
    limit: int,
) -> Page[User]:
    """All users, newest first, or those with that address, role and status."""
    statement = select(User)
    if email is not None:
        statement = statement.where(User.email == email)
    if role is not None:
        statement = statement.where(User.roles.contains([role]))
    if status is not None:
        statement = statement.where(User.status == status)
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


def get_session(session: Session, user_id: UUID, session_id: UUID) -> LoginSession:
    """A live session of the user."""
    login = session.get(LoginSession, session_id)
    ended = login is None or login.ended_at or login.expires_at <= clock.now()
    if login is None or ended or login.user_id != user_id:
        raise NoSuchSession("there is no such session")
    return login


def list_addresses(
    session: Session, *, user_id: UUID, cursor: str | None, limit: int
) -> Page[Address]:
    """The user's addresses, newest first."""
    mine = select(Address).where(Address.user_id == user_id)
    return fetch_page(session, mine, [Key(Address.id, "desc")], cursor, limit)


def get_address(session: Session, user_id: UUID, address_id: UUID) -> Address:
    """An address of the user; another's is as good as none."""
    address = session.get(Address, address_id)
    if address is None or address.user_id != user_id:
        raise NoSuchAddress("there is no such address")
    return address


def list_groups(session: Session, *, cursor: str | None, limit: int) -> Page[CustomerGroup]:
    """All groups by their code."""
    return fetch_page(session, select(CustomerGroup), [Key(CustomerGroup.code)], cursor, limit)


def get_group(session: Session, code: str) -> CustomerGroup:
    """One group."""
    group = session.get(CustomerGroup, code)
    if group is None:
        raise NoSuchGroup("there is no such group")
    return group


def list_members(
    session: Session, code: str, *, cursor: str | None, limit: int
) -> Page[GroupMember]:
    """Who is in a group that exists."""
    get_group(session, code)
    members = select(GroupMember).where(GroupMember.group_code == code)
    return fetch_page(session, members, [Key(GroupMember.user_id)], cursor, limit)


def list_exports(
    session: Session, *, user_id: UUID, cursor: str | None, limit: int
) -> Page[Export]:
    """The user's exports, newest first, without their contents."""
    mine = select(Export).where(Export.user_id == user_id).options(defer(Export.content))
    return fetch_page(session, mine, [Key(Export.id, "desc")], cursor, limit)


def get_export(session: Session, user_id: UUID, export_id: UUID) -> Export:
    """An export of the user, without its content; another's is as good as none."""
    mine = select(Export).where(Export.id == export_id, Export.user_id == user_id)
    export = session.scalar(mine.options(defer(Export.content)))
    if export is None:
        raise NoSuchExport("there is no such export")
    return export


def get_export_content(session: Session, user_id: UUID, export_id: UUID) -> str:
    """The whole copy as JSON text; refused before it is ready and after its day."""
    state = get_export(session, user_id, export_id).state
    content: str | None = session.scalar(select(Export.content).where(Export.id == export_id))
    if content is not None:
        return content
    if state in {RUNNING, COLLECTED}:
        raise ExportNotReady("some service has not handed over its part yet")
    raise NoSuchExport("there is no such export any more")


def list_erasures(
    session: Session, *, user_id: UUID, cursor: str | None, limit: int
) -> Page[Erasure]:
    """The user's erasures, newest first."""
    wanted = select(Erasure).where(Erasure.user_id == user_id)
    return fetch_page(session, wanted, [Key(Erasure.id, "desc")], cursor, limit)


def list_keys(session: Session, *, user_id: UUID, cursor: str | None, limit: int) -> Page[ApiKey]:
    """The user's API keys, newest first."""
    mine = select(ApiKey).where(ApiKey.user_id == user_id)
    return fetch_page(session, mine, [Key(ApiKey.id, "desc")], cursor, limit)


def get_key(session: Session, user_id: UUID, key_id: UUID) -> ApiKey:
    """An API key of the user; another's is as good as none."""
    key = session.get(ApiKey, key_id)
    if key is None or key.user_id != user_id:
        raise NoSuchKey("there is no such API key")
    return key


def find_mailbox(session: Session, token: str, purpose: str) -> str | None:
    """The address that an unused token was mailed to."""
    statement = select(MailToken.email).where(
        MailToken.digest == tokens.digest(token),
        MailToken.purpose == purpose,
        MailToken.used_at.is_(None),
        MailToken.expires_at > clock.now(),
    )
    found: str | None = session.scalar(statement)
    return found


def is_live_key(session: Session, *, user_id: UUID, key_id: UUID, roles: Sequence[str]) -> bool:
    """Whether the API key is not revoked, and its owner is active and still has those roles."""
    statement = select(ApiKey.id).join(User, User.id == ApiKey.user_id)
    statement = statement.where(
        ApiKey.id == key_id,
        ApiKey.user_id == user_id,
        ApiKey.revoked_at.is_(None),
        User.status == ACTIVE,
        User.roles.contains(list(roles)),
    )
    return session.scalar(statement) is not None


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
