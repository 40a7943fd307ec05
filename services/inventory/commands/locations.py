"""Open places that hold stock."""

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from services.inventory.errors import LocationTaken
from services.inventory.models import Location


def create_location(session: Session, *, code: str, name: str, priority: int) -> Location:
    """A new, empty location. Refused with LocationTaken if the code is in use."""
    statement = insert(Location).values(code=code, name=name, priority=priority)
    found = session.scalars(
        statement.on_conflict_do_nothing(index_elements=["code"]).returning(Location)
    ).one_or_none()
    if found is None:
        raise LocationTaken(f"there is a location {code} already")
    return found
