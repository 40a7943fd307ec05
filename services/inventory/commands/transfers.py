"""Bring stock from one location to another: what leaves the one arrives at the other."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.orm import Session

from libs.db.statement import Statement
from libs.ids import uuid7
from services.inventory.commands.levels import add_levels, find_places, lock_shelves
from services.inventory.errors import TransferRefused
from services.inventory.rules.changes import Change, Fault, Line, Place

_MOVE = Statement(
    """
    WITH part AS (
        SELECT * FROM unnest($2::uuid[], $3::uuid[], $4::uuid[], $5::bigint[])
            AS p (variant_id, origin, destination, quantity)
    ), taken AS (
        UPDATE stock_level s SET on_hand = s.on_hand - part.quantity, version = s.version + 1
        FROM part
        WHERE s.variant_id = part.variant_id AND s.location_id = part.origin
          AND s.on_hand - s.reserved >= part.quantity
        RETURNING part.*
    ), given AS (
        UPDATE stock_level s SET on_hand = s.on_hand + taken.quantity, version = s.version + 1
        FROM taken
        WHERE s.variant_id = taken.variant_id AND s.location_id = taken.destination
        RETURNING taken.*
    ), moved AS (
        INSERT INTO movement (kind, reference, variant_id, location_id, delta, reason, actor)
        SELECT 'transfer', $1::uuid, given.variant_id, leg.location_id, leg.delta, $6, $7
        FROM given, LATERAL (
            VALUES (origin, -quantity), (destination, quantity)
        ) AS leg (location_id, delta)
    ), marked AS (
        INSERT INTO stock_mark (variant_id) SELECT variant_id FROM given
    )
    SELECT expect(
        (SELECT count(*) FROM given) = cardinality($2::uuid[]),
        'locked levels did not give what was computed for them'
    )
    """
)


class Transferred(NamedTuple):
    """A transfer that was made; its movements carry the reference."""

    reference: UUID
    origin: str
    destination: str
    lines: int
    pieces: int


def transfer_stock(
    session: Session,
    origin: str,
    destination: str,
    wanted: Sequence[tuple[str, int]],
    *,
    reason: str,
    actor: str,
) -> Transferred:
    """Move every line or none. Refused with TransferRefused, which says why for each line.

    Only what nobody holds can leave.
    """
    if origin == destination:
        raise _refused({"/to": Fault("same_location", "the stock is there already")})
    leaving = _places(session, origin, wanted)
    arriving = _places(session, destination, wanted)
    add_levels(session, [*leaving, *arriving])
    shelves = lock_shelves(session, [*leaving, *arriving])
    faults = {
        f"/lines/{index}": Fault("not_enough_free", f"only {shelves[place].free} are free there")
        for index, (place, (_, quantity)) in enumerate(zip(leaving, wanted, strict=True))
        if shelves[place].free < quantity
    }
    if faults:
        raise _refused(faults)
    quantities = [quantity for _, quantity in wanted]
    made = Transferred(uuid7(), origin, destination, len(wanted), sum(quantities))
    _MOVE.later(
        session,
        made.reference,
        [place.variant_id for place in leaving],
        [place.location_id for place in leaving],
        [place.location_id for place in arriving],
        quantities,
        reason,
        actor,
    )
    return made


def _places(session: Session, location: str, wanted: Sequence[tuple[str, int]]) -> list[Place]:
    lines = [
        Line(sku, location, Change(f"/lines/{index}", "", quantity, None))
        for index, (sku, quantity) in enumerate(wanted)
    ]
    places, faults = find_places(session, lines)
    if faults:
        raise _refused({lines[index].change.pointer: fault for index, fault in faults.items()})
    return places


def _refused(faults: Mapping[str, Fault]) -> TransferRefused:
    errors = [
        {"pointer": pointer, "code": fault.code, "detail": fault.detail}
        for pointer, fault in faults.items()
    ]
    return TransferRefused(f"{len(errors)} faults forbid the transfer", errors=errors)
