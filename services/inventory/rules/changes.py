"""What a change by hand makes of a level, and why it cannot be made: sums without I/O."""

from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple
from uuid import UUID

from services.inventory.rules.allocation import Shelf


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
