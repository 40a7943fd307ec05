"""New accounts: a customer's own, and the first administrator's."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from libs import clock
from libs.contracts.accounts import CustomerRegistered
from libs.messaging.outbox import announce
from services.accounts.commands.audit import Origin, record
from services.accounts.commands.sessions import end_sessions
from services.accounts.errors import EmailTaken
from services.accounts.models.users import User
from services.accounts.rules import ACTIVE, ADMIN, CUSTOMER


def register(
    session: Session, *, email: str, name: str, password_hash: str, origin: Origin
) -> User:
    """Open a customer's account; of two at once with one address the second is refused."""
    user = _insert(session, email, name, password_hash, (CUSTOMER,))
    if user is None:
        raise EmailTaken("there is an account with this address already")
    announce(session, CustomerRegistered(user_id=user.id, email=user.email, name=user.name))
    record(session, "registered", origin, user_id=user.id, actor_id=user.id)
    return user


def create_user(
    session: Session,
    fields: Mapping[str, Any],
    *,
    password_hash: str | None,
    actor_id: UUID,
    origin: Origin,
) -> User:
    """An administrator opens an account for somebody; refused if the address is taken."""
    statement = insert(User).values({**fields, "password_hash": password_hash})
    statement = statement.on_conflict_do_nothing(index_elements=[User.email])
    user = session.scalars(statement.returning(User)).one_or_none()
    if user is None:
        raise EmailTaken("there is an account with this address already")
    announce(session, CustomerRegistered(user_id=user.id, email=user.email, name=user.name))
    roles = sorted(user.roles)
    record(session, "user_created", origin, user_id=user.id, actor_id=actor_id, roles=roles)
    return user


def create_admin(session: Session, *, email: str, name: str, password_hash: str) -> bool:
    """Make sure that an administrator has this address; False if one had it before.

    Anybody may have registered the address, so an account that is no administrator's gets the given
    password and loses its sessions before it gets the role.
    """
    user = _insert(session, email, name, password_hash, (ADMIN,))
    if user is None:
        user = session.scalars(select(User).where(User.email == email).with_for_update()).one()
        if ADMIN in user.roles and user.status == ACTIVE:
            return False
        user.roles = sorted({*user.roles, ADMIN})
        user.status = ACTIVE
        user.password_hash = password_hash
        user.password_changed_at = clock.now()
        user.touch()
        end_sessions(session, user.id)
    record(session, "admin_created", Origin(), user_id=user.id)
    return True


def _insert(
    session: Session, email: str, name: str, password_hash: str, roles: Sequence[str]
) -> User | None:
    values = {"email": email, "name": name, "password_hash": password_hash, "roles": list(roles)}
    statement = insert(User).values(values).on_conflict_do_nothing(index_elements=[User.email])
    return session.scalars(statement.returning(User)).one_or_none()
