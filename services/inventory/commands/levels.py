"""The levels that a change by hand is about: found, made and locked in the order of all."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.orm import Session

from libs.db.statement import Statement
from libs.ids import uuid7
from services.inventory.commands.variants import find_variants
from services.inventory.rules.allocation import Shelf
from services.inventory.rules.changes import Fault, Line, Place, resolve

_LOCATIONS = Statement(
    """
    SELECT code, id FROM location WHERE code = ANY ($1::text[]) ORDER BY id FOR KEY SHARE
    """
)

_ADD_LEVELS = Statement(
    """
    INSERT INTO stock_level
        (id, variant_id, location_id, on_hand, reserved, threshold, backorder, version)
    SELECT p.id, p.variant_id, p.location_id, 0, 0, 0, false, 1
    FROM unnest($1::uuid[], $2::uuid[], $3::uuid[]) p (id, variant_id, location_id)
    ORDER BY p.variant_id, p.location_id
    ON CONFLICT (variant_id, location_id) DO NOTHING
    """
)

_LOCK_LEVELS = Statement(
    """
    SELECT s.variant_id, s.location_id, s.on_hand, s.reserved, s.backorder
    FROM stock_level s JOIN unnest($1::uuid[], $2::uuid[]) p (variant_id, location_id)
        USING (variant_id, location_id)
    ORDER BY s.variant_id, s.location_id FOR NO KEY UPDATE OF s
    """
)


def find_places(session: Session, lines: Sequence[Line]) -> tuple[list[Place], dict[int, Fault]]:
    """The place of each line in order, its location held; faults by index of the line."""
    codes = sorted({line.location for line in lines})
    variants = find_variants(session, {line.sku for line in lines})
    locations: dict[str, UUID] = dict(_LOCATIONS.rows(session, codes))
    return resolve(lines, variants, locations)


def add_levels(session: Session, places: Sequence[Place]) -> None:
    """Empty levels where there are none."""
    variants, locations = zip(*places, strict=True)
    _ADD_LEVELS.later(session, [uuid7() for _ in places], list(variants), list(locations))


def lock_shelves(session: Session, places: Sequence[Place]) -> dict[Place, Shelf]:
    """What lies at each place, held until the transaction ends."""
    variants, locations = zip(*places, strict=True)
    return {
        Place(variant_id, location_id): Shelf(location_id, *counts)
        for variant_id, location_id, *counts in _LOCK_LEVELS.rows(
            session, list(variants), list(locations)
        )
    }
