"""The address book of one person, whom the caller has locked, so that entries change in turn."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from services.accounts.errors import AddressBookFull, NoSuchAddress
from services.accounts.models.people import Address
from services.accounts.rules import MAX_ADDRESSES

_DEFAULTS = ("default_shipping", "default_billing")


def add_address(session: Session, user_id: UUID, fields: Mapping[str, Any]) -> Address:
    """A new entry; refused with AddressBookFull when there are too many."""
    held = session.scalar(select(func.count()).where(Address.user_id == user_id))
    if (held or 0) >= MAX_ADDRESSES:
        raise AddressBookFull(f"an address book holds {MAX_ADDRESSES} addresses")
    _make_room(session, user_id, fields)
    address = Address(user_id=user_id, **fields)
    session.add(address)
    session.flush()
    return address


def lock_address(session: Session, user_id: UUID, address_id: UUID) -> Address:
    """The person's own entry; another's is as good as none."""
    wanted = select(Address).where(Address.id == address_id, Address.user_id == user_id)
    address = session.scalar(wanted.with_for_update())
    if address is None:
        raise NoSuchAddress("there is no such address")
    return address


def change_address(session: Session, address: Address, changes: Mapping[str, Any]) -> None:
    """Set the given fields; what is equal already is no change."""
    changed = {name: new for name, new in changes.items() if getattr(address, name) != new}
    if not changed:
        return
    _make_room(session, address.user_id, changed)
    for name, new in changed.items():
        setattr(address, name, new)
    address.touch()
    session.flush()


def delete_address(session: Session, address: Address) -> None:
    """Orders keep copies of their own."""
    session.delete(address)


def _make_room(session: Session, user_id: UUID, fields: Mapping[str, Any]) -> None:
    """Whoever becomes a default takes that from the one before."""
    for name in _DEFAULTS:
        if fields.get(name):
            column = getattr(Address, name)
            before = update(Address).where(Address.user_id == user_id, column)
            session.execute(before.values({name: False, "version": Address.version + 1}))
