"""Reads what is known of the people."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from libs.db.page import Key, Page, fetch_page
from services.notifications.models.recipients import Device, Preference, Recipient, Suppression


def find_recipient(session: Session, user_id: UUID, *, lock: bool = False) -> Recipient | None:
    """How the user wants to be told things, if they have said so."""
    return session.get(Recipient, user_id, with_for_update=lock or None)


def list_choices(session: Session, user_id: UUID) -> dict[tuple[str, str], bool]:
    """What the user has chosen by channel and topic."""
    found = session.scalars(select(Preference).where(Preference.user_id == user_id))
    return {(one.channel, one.topic): one.enabled for one in found}


def list_devices(
    session: Session, *, user_id: UUID, cursor: str | None, limit: int
) -> Page[Device]:
    """The user's devices, the latest first."""
    statement = select(Device).where(Device.user_id == user_id)
    return fetch_page(session, statement, [Key(Device.id, "desc")], cursor, limit)


def list_suppressions(session: Session, *, cursor: str | None, limit: int) -> Page[Suppression]:
    """Every address that is not used any more."""
    keys = [Key(Suppression.channel), Key(Suppression.address)]
    return fetch_page(session, select(Suppression), keys, cursor, limit)
