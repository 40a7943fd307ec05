"""Open, change and close the places that hold stock."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from sqlalchemy import delete, exists, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from services.inventory.commands.announcements import mark_location
from services.inventory.errors import LocationInUse, LocationNotFound, LocationTaken
from services.inventory.models import Location, StockLevel
from services.inventory.rules.allocation import DEFAULT_LOCATION

VersionCheck = Callable[[int], None]


def create_location(session: Session, *, code: str, name: str, priority: int) -> Location:
    """A new, empty location. Refused with LocationTaken if the code is in use."""
    statement = insert(Location).values(code=code, name=name, priority=priority)
    found = session.scalars(
        statement.on_conflict_do_nothing(index_elements=["code"]).returning(Location)
    ).one_or_none()
    if found is None:
        raise LocationTaken(f"there is a location {code} already")
    return found


def change_location(
    session: Session, location_id: UUID, changes: dict[str, Any], check: VersionCheck
) -> Location:
    """Rename it, use it sooner or later, close it or open it again; its code stays.

    What lies at a closed location is promised to nobody; what is held there stays held.
    """
    location = _lock(session, location_id)
    check(location.version)
    was_active = location.active
    for name, value in changes.items():
        setattr(location, name, value)
    location.version += 1
    session.flush()
    if location.active != was_active:
        mark_location(session, location.id)
    return location


def delete_location(session: Session, location_id: UUID, check: VersionCheck) -> None:
    """Forget a location that never held anything. Refused with LocationInUse."""
    location = _lock(session, location_id)
    check(location.version)
    held = session.scalar(select(exists().where(StockLevel.location_id == location.id)))
    if held or location.code == DEFAULT_LOCATION:
        raise LocationInUse(f"{location.code} has stock levels; close it instead")
    session.execute(delete(Location).where(Location.id == location.id))


def _lock(session: Session, location_id: UUID) -> Location:
    statement = select(Location).where(Location.id == location_id).with_for_update()
    location = session.scalars(statement).one_or_none()
    if location is None:
        raise LocationNotFound("there is no such location")
    return location
