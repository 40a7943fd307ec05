"""Customer groups and who belongs to them; others learn of it by a fact about each person."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import delete, exists, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from libs.contracts.accounts import CustomerGroupsChanged
from libs.messaging.outbox import announce
from services.accounts.commands.audit import Origin, record
from services.accounts.commands.users import lock_user
from services.accounts.errors import GroupExists, GroupInUse, NoSuchGroup, TooManyGroups
from services.accounts.models.people import CustomerGroup, GroupMember
from services.accounts.models.users import User
from services.accounts.rules import MAX_GROUPS_OF_A_USER


def create_group(session: Session, fields: Mapping[str, Any]) -> CustomerGroup:
    """A group without members; refused if its code is taken."""
    statement = insert(CustomerGroup).values(fields).on_conflict_do_nothing()
    group = session.scalars(statement.returning(CustomerGroup)).one_or_none()
    if group is None:
        raise GroupExists("there is a group of that code already")
    return group


def lock_group(session: Session, code: str) -> CustomerGroup:
    """The group, which nobody else changes until this transaction ends."""
    statement = select(CustomerGroup).where(CustomerGroup.code == code)
    group = session.scalar(statement.with_for_update(key_share=True))
    if group is None:
        raise NoSuchGroup("there is no such group")
    return group


def change_group(group: CustomerGroup, changes: Mapping[str, Any]) -> None:
    """Set the given fields; what is equal already is no change."""
    changed = {name: new for name, new in changes.items() if getattr(group, name) != new}
    for name, new in changed.items():
        setattr(group, name, new)
    if changed:
        group.touch()


def delete_group(session: Session, code: str) -> None:
    """Refused while somebody is in it, so that nobody loses a price unnoticed."""
    statement = select(CustomerGroup).where(CustomerGroup.code == code)
    group = session.scalar(statement.with_for_update())
    if group is None:
        raise NoSuchGroup("there is no such group")
    if session.scalar(select(exists().where(GroupMember.group_code == code))):
        raise GroupInUse("the group has members")
    session.delete(group)


def add_member(
    session: Session, code: str, user_id: UUID, *, actor_id: UUID, origin: Origin
) -> None:
    """Put a user into the group; a repetition changes nothing."""
    user = lock_user(session, user_id)
    lock_group(session, code)
    held = session.scalar(select(func.count()).where(GroupMember.user_id == user_id)) or 0
    joining = insert(GroupMember).values(group_code=code, user_id=user_id)
    if session.scalar(joining.on_conflict_do_nothing().returning(GroupMember.user_id)) is None:
        return
    if held >= MAX_GROUPS_OF_A_USER:
        raise TooManyGroups(f"a user may be in {MAX_GROUPS_OF_A_USER} groups")
    _tell(session, user)
    record(session, "group_joined", origin, user_id=user_id, actor_id=actor_id, group=code)


def remove_member(
    session: Session, code: str, user_id: UUID, *, actor_id: UUID, origin: Origin
) -> None:
    """Take a user out of the group; a repetition changes nothing."""
    user = lock_user(session, user_id)
    leaving = delete(GroupMember).where(
        GroupMember.group_code == code, GroupMember.user_id == user_id
    )
    if session.scalar(leaving.returning(GroupMember.user_id)) is None:
        return
    _tell(session, user)
    record(session, "group_left", origin, user_id=user_id, actor_id=actor_id, group=code)


def _tell(session: Session, user: User) -> None:
    user.groups_version += 1
    mine = select(GroupMember.group_code).where(GroupMember.user_id == user.id)
    codes = tuple(session.scalars(mine.order_by(GroupMember.group_code)))
    announce(
        session,
        CustomerGroupsChanged(user_id=user.id, version=user.groups_version, groups=codes),
    )
