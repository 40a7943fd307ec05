"""Which shelf serves which line: sums without I/O."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple
from uuid import UUID

from libs.contracts.inventory import StockLine
from services.inventory.errors import BadQuantity

# Stands for "as many as you like" where a level may be promised before it arrives.
BACKORDER_PROMISE = 999_999
DEFAULT_LOCATION = "main"
STRATEGIES = ("priority", "most_stock", "together")


class Policy(NamedTuple):
    """How locations are chosen, and whether several may share a line."""

    strategy: str
    split: bool


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


def arrange(
    demand: Mapping[UUID, int], shelves: Mapping[UUID, Sequence[Shelf]], strategy: str
) -> Mapping[UUID, Sequence[Shelf]]:
    """The shelves of each variant, first choice first; they come in the order of priority, which
    decides between equals.

    `most_stock`: the fuller shelf first. `together`: first the location that has the most of the
    order's lines whole.
    """
    if strategy == "most_stock":
        return {key: sorted(row, key=lambda shelf: -shelf.free) for key, row in shelves.items()}
    if strategy == "together":
        lines = Counter(
            shelf.location_id
            for variant_id, row in shelves.items()
            for shelf in row
            if shelf.free >= demand[variant_id]
        )
        return {
            key: sorted(row, key=lambda shelf: -lines[shelf.location_id])
            for key, row in shelves.items()
        }
    return shelves


def allocate(
    variant_id: UUID, quantity: int, shelves: Sequence[Shelf], *, split: bool = True
) -> list[Portion] | None:
    """Serve a line from shelves in their order, or None if they cannot.

    The first shelf that has all of it serves it whole; else it is split where that is allowed; what
    is missing then is taken on backorder where that is allowed.
    """
    for shelf in shelves:
        if shelf.free >= quantity:
            return [Portion(variant_id, shelf.location_id, quantity)]
    parts = [(shelf.location_id, shelf.free) for shelf in shelves] if split else []
    taken, missing = _spread(quantity, parts)
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


def _spread(quantity: int, places: Iterable[tuple[UUID, int]]) -> tuple[dict[UUID, int], int]:
    """Take from each place what it has until the quantity is met; also what is then missing."""
    taken: dict[UUID, int] = {}
    for location_id, has in places:
        part = min(quantity, has)
        if part > 0:
            taken[location_id] = part
            quantity -= part
    return taken, quantity
