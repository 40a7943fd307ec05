"""Everything that reads inventory."""

from typing import NamedTuple
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, contains_eager, joinedload

from libs.db.page import Key, Page, fetch_page
from services.inventory.errors import LocationNotFound, StockNotFound
from services.inventory.models import (
    Location,
    Movement,
    Reservation,
    StockLevel,
    StockMark,
    Variant,
)

_MOST_MARKS = 10_001
_NEWEST = Key(Movement.id, "desc")


class Entry(NamedTuple):
    """A movement, and what lay there after it."""

    movement: Movement
    balance: int


def get_stock(session: Session, level_id: UUID) -> StockLevel:
    """One level."""
    level = session.scalars(_levels().where(StockLevel.id == level_id)).one_or_none()
    if level is None:
        raise StockNotFound("there is no such stock level")
    return level


def list_stocks(
    session: Session,
    *,
    sku: str | None = None,
    location: str | None = None,
    cursor: str | None,
    limit: int,
) -> Page[StockLevel]:
    """Levels, oldest first."""
    statement = _levels()
    if sku is not None:
        statement = statement.where(Variant.sku == sku)
    if location is not None:
        statement = statement.where(Location.code == location)
    return _page(session, statement, cursor, limit)


def list_product_stocks(
    session: Session, product_id: UUID, *, cursor: str | None, limit: int
) -> Page[StockLevel]:
    """Levels of all variants of a product; none if the product is unknown."""
    return _page(session, _levels().where(Variant.product_id == product_id), cursor, limit)


def list_low_stock(session: Session, *, cursor: str | None, limit: int) -> Page[StockLevel]:
    """Levels of listed variants with no more free than their threshold."""
    free = StockLevel.on_hand - StockLevel.reserved
    low = _levels().where(Variant.listed, free <= StockLevel.threshold)
    return _page(session, low, cursor, limit)


def list_locations(session: Session, *, cursor: str | None, limit: int) -> Page[Location]:
    """Locations, first choice first."""
    keys = [Key(Location.priority), Key(Location.id)]
    return fetch_page(session, select(Location), keys, cursor, limit)


def get_location(session: Session, location_id: UUID) -> Location:
    """One location."""
    location = session.get(Location, location_id)
    if location is None:
        raise LocationNotFound("there is no such location")
    return location


def list_history(
    session: Session, level_id: UUID, *, cursor: str | None, limit: int
) -> Page[Entry]:
    """The changes of one level, newest first."""
    level = session.get(StockLevel, level_id)
    if level is None:
        raise StockNotFound("there is no such stock level")
    here = (Movement.variant_id == level.variant_id, Movement.location_id == level.location_id)
    page = fetch_page(session, select(Movement).where(*here), [_NEWEST], cursor, limit)
    entries: list[Entry] = []
    if page.items:
        until = Movement.id <= page.items[0].id
        balance = int(session.scalar(select(func.sum(Movement.delta)).where(*here, until)) or 0)
        for movement in page.items:
            entries.append(Entry(movement, balance))
            balance -= movement.delta
    return Page(items=entries, next=page.next, prev=page.prev)


def list_movements(
    session: Session,
    *,
    sku: str | None = None,
    location: str | None = None,
    kind: str | None = None,
    reference: UUID | None = None,
    cursor: str | None,
    limit: int,
) -> Page[Movement]:
    """The ledger, newest first."""
    statement = select(Movement).options(
        joinedload(Movement.variant, innerjoin=True), joinedload(Movement.location, innerjoin=True)
    )
    if sku is not None:
        same_sku = select(Variant.id).where(Variant.sku == sku)
        statement = statement.where(Movement.variant_id.in_(same_sku))
    if location is not None:
        there = select(Location.id).where(Location.code == location)
        statement = statement.where(Movement.location_id.in_(there))
    if kind is not None:
        statement = statement.where(Movement.kind == kind)
    if reference is not None:
        statement = statement.where(Movement.reference == reference)
    return fetch_page(session, statement, [_NEWEST], cursor, limit)


def count_marks(session: Session) -> int:
    """Changes of stock that wait to be announced; counting ends at 10,001."""
    some = select(StockMark.id).limit(_MOST_MARKS).subquery()
    return session.scalar(select(func.count()).select_from(some)) or 0


def oldest_owed(session: Session) -> float:
    """Seconds since the oldest backorder was made that has not left."""
    age = func.extract("epoch", func.now() - func.min(Reservation.created_at))
    return float(session.scalar(select(age).where(Reservation.owed)) or 0)


def _levels() -> Select[StockLevel]:
    return (
        select(StockLevel)
        .join(StockLevel.variant)
        .join(StockLevel.location)
        .options(contains_eager(StockLevel.variant), contains_eager(StockLevel.location))
    )


def _page(
    session: Session, statement: Select[StockLevel], cursor: str | None, limit: int
) -> Page[StockLevel]:
    return fetch_page(session, statement, [Key(StockLevel.id)], cursor, limit)
