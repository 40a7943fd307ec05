"""Which shelf serves which line, and what an adjustment makes of a level: sums without I/O."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Literal, NamedTuple
from uuid import UUID

from libs.contracts.inventory import StockLine
from services.inventory.errors import BadQuantity

# Stands for "as many as you like" where a level may be promised before it arrives.
BACKORDER_PROMISE = 999_999
DEFAULT_LOCATION = "main"


class Shelf(NamedTuple):
    """The stock of one variant at one location."""

    location_id: UUID
    on_hand: int
    reserved: int
    backorder: bool

    @property
    def free(self) -> int:
        """What lies there and nobody holds."""
        return max(self.on_hand - self.reserved, 0)


class Sold(NamedTuple):
    """What an order took of one variant from one location, less what came back."""

    location_id: UUID
    remaining: int


class Place(NamedTuple):
    """One variant at one location."""

    variant_id: UUID
    location_id: UUID


class Fault(NamedTuple):
    """Why a change cannot be applied."""

    code: str
    detail: str


class Change(NamedTuple):
    """By how much (`delta`) or to what (`on_hand`) a level changes, and where that was asked."""

    pointer: str
    reason: str
    delta: int | None
    on_hand: int | None

    @property
    def kind(self) -> Literal["adjustment", "recount"]:
        """What the movement is called."""
        return "recount" if self.delta is None else "adjustment"

    def delta_for(self, shelf: Shelf) -> int:
        """The change of `on_hand` that this makes."""
        if self.delta is not None:
            return self.delta
        return (self.on_hand or 0) - shelf.on_hand


class Line(NamedTuple):
    """A change of the level of that sku at the location of that code."""

    sku: str
    location: str
    change: Change


class Portion(NamedTuple):
    """A quantity of one variant at one location."""

    variant_id: UUID
    location_id: UUID
    quantity: int


def total_demand(lines: Iterable[StockLine]) -> dict[UUID, int]:
    """The summed quantity of each variant, in the order in which every transaction locks."""
    demand: dict[UUID, int] = {}
    for line in lines:
        if line.quantity < 1:
            raise BadQuantity(f"a line asks for {line.quantity} pieces")
        demand[line.variant_id] = demand.get(line.variant_id, 0) + line.quantity
    return dict(sorted(demand.items()))


def allocate(variant_id: UUID, quantity: int, shelves: Sequence[Shelf]) -> list[Portion] | None:
    """Serve a line from shelves in order of priority, or None if they cannot.

    The first shelf that has all of it serves it whole; else it is split; what is missing then is
    taken on backorder where that is allowed.
    """
    for shelf in shelves:
        if shelf.free >= quantity:
            return [Portion(variant_id, shelf.location_id, quantity)]
    taken, missing = _spread(quantity, [(shelf.location_id, shelf.free) for shelf in shelves])
    if missing:
        late = next((shelf.location_id for shelf in shelves if shelf.backorder), None)
        if late is None:
            return None
        taken[late] = taken.get(late, 0) + missing
    return [Portion(variant_id, location_id, part) for location_id, part in taken.items()]


def give_back(variant_id: UUID, quantity: int, sold: Sequence[Sold]) -> list[Portion] | None:
    """Which shelves a return goes to, or None if the order did not take that much."""
    parts, excess = _spread(quantity, sold)
    if excess:
        return None
    return [Portion(variant_id, location_id, part) for location_id, part in parts.items()]


def fault_of(shelf: Shelf, delta: int) -> Fault | None:
    """Why the shelf cannot change by that much, if it cannot."""
    left = shelf.on_hand + delta
    if left < 0:
        return Fault("below_zero", f"only {shelf.on_hand} lie there")
    if left < shelf.reserved and not shelf.backorder:
        return Fault("below_reserved", f"{shelf.reserved} of {shelf.on_hand} are reserved")
    return None


def resolve(
    lines: Sequence[Line], variants: Mapping[str, UUID], locations: Mapping[str, UUID]
) -> tuple[list[Place], dict[int, Fault]]:
    """The place of each line in order; faults by index where a line has none of its own."""
    places: list[Place] = []
    faults: dict[int, Fault] = {}
    seen: set[Place] = set()
    for index, line in enumerate(lines):
        variant_id, location_id = variants.get(line.sku), locations.get(line.location)
        if variant_id is None:
            faults[index] = Fault("unknown_sku", f"there is no sku {line.sku}")
        elif location_id is None:
            faults[index] = Fault("unknown_location", f"there is no location {line.location}")
        elif (place := Place(variant_id, location_id)) in seen:
            faults[index] = Fault("duplicate_line", f"{line.sku} has an earlier line")
        else:
            seen.add(place)
            places.append(place)
    return places, faults


def _spread(quantity: int, places: Iterable[tuple[UUID, int]]) -> tuple[dict[UUID, int], int]:
    """Take from each place what it has until the quantity is met; also what is then missing."""
    taken: dict[UUID, int] = {}
    for location_id, has in places:
        part = min(quantity, has)
        if part > 0:
            taken[location_id] = part
            quantity -= part
    return taken, quantity
