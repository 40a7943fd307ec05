"""API keys: a program's way in, in its owner's name, within scopes, without a session."""

import hmac
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import func, or_, select, update
from sqlalchemy.orm import Session

from libs import clock
from services.accounts import tokens
from services.accounts.commands.audit import Origin, record
from services.accounts.errors import InvalidApiKey, NoSuchKey, TooManyKeys
from services.accounts.models.credentials import ApiKey
from services.accounts.models.users import User
from services.accounts.rules import ACTIVE, KEY_USE_GRAIN, MAX_API_KEYS


class NewKey(NamedTuple):
    """The secret is shown this once."""

    key: ApiKey
    secret: str


def create_key(
    session: Session,
    user: User,
    *,
    name: str,
    scopes: Sequence[str],
    expires_at: datetime | None,
    origin: Origin,
) -> NewKey:
    """A key of a locked user; refused with TooManyKeys when there are enough."""
    live = select(func.count()).where(ApiKey.user_id == user.id, ApiKey.revoked_at.is_(None))
    if (session.scalar(live) or 0) >= MAX_API_KEYS:
        raise TooManyKeys(f"there may be {MAX_API_KEYS} live keys")
    prefix, secret = tokens.new_api_key()
    key = ApiKey(
        user_id=user.id,
        name=name,
        prefix=prefix,
        digest=tokens.digest(secret),
        scopes=sorted(set(scopes)),
        expires_at=expires_at,
    )
    session.add(key)
    session.flush()
    record(session, "api_key_created", origin, user_id=user.id, actor_id=user.id, key=str(key.id))
    return NewKey(key, secret)


def revoke_key(session: Session, user_id: UUID, key_id: UUID, origin: Origin) -> None:
    """No token is given for it any more; those that are out end within ten minutes."""
    revoking = update(ApiKey).where(
        ApiKey.id == key_id, ApiKey.user_id == user_id, ApiKey.revoked_at.is_(None)
    )
    if session.scalar(revoking.values(revoked_at=clock.now()).returning(ApiKey.id)) is None:
        raise NoSuchKey("there is no such API key")
    record(session, "api_key_revoked", origin, user_id=user_id, actor_id=user_id, key=str(key_id))


def exchange(session: Session, secret: str) -> tuple[ApiKey, User]:
    """The live key and its active owner, or InvalidApiKey; the use is noted now and then."""
    now = clock.now()
    statement = select(ApiKey, User).join(User, User.id == ApiKey.user_id)
    row = session.execute(
        statement.where(
            ApiKey.prefix == tokens.prefix_of(secret),
            ApiKey.revoked_at.is_(None),
            or_(ApiKey.expires_at.is_(None), ApiKey.expires_at > now),
            User.status == ACTIVE,
        )
    ).one_or_none()
    if row is None or not hmac.compare_digest(row[0].digest, tokens.digest(secret)):
        raise InvalidApiKey("the API key is not valid")
    key, user = row
    stale = or_(ApiKey.last_used_at.is_(None), ApiKey.last_used_at < now - KEY_USE_GRAIN)
    session.execute(update(ApiKey).where(ApiKey.id == key.id, stale).values(last_used_at=now))
    return key, user
