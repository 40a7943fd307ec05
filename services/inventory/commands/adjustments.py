"""Change what lies on the shelves by hand: counted, received, lost, found."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from libs.db.statement import Statement
from libs.ids import uuid7
from services.inventory.commands.announcements import mark
from services.inventory.commands.levels import add_levels, find_places, lock_shelves
from services.inventory.errors import AdjustmentRefused, BackorderInUse, StockNotFound
from services.inventory.models import StockLevel
from services.inventory.rules.changes import Change, Fault, Line, Place, fault_of

_APPLY = Statement(
    """
    WITH change AS (
        SELECT * FROM unnest($3::uuid[], $4::uuid[], $5::bigint[], $6::text[], $7::text[])
            AS c (variant_id, location_id, delta, kind, reason)
    ), applied AS (
        UPDATE stock_level s SET on_hand = s.on_hand + c.delta, version = s.version + 1
        FROM change c
        WHERE s.variant_id = c.variant_id AND s.location_id = c.location_id
          AND s.on_hand + c.delta >= 0 AND (s.backorder OR s.on_hand + c.delta >= s.reserved)
        RETURNING s.variant_id, s.location_id, c.delta, c.kind, c.reason
    ), moved AS (
        INSERT INTO movement (kind, reference, variant_id, location_id, delta, reason, actor)
        SELECT kind, $1::uuid, variant_id, location_id, delta, reason, $2::text FROM applied
    ), marked AS (
        INSERT INTO stock_mark (variant_id) SELECT variant_id FROM applied
    )
    SELECT expect(
        (SELECT count(*) FROM applied) = cardinality($3::uuid[]),
        'locked levels did not take what was computed for them'
    )
    """
)


class Applied(NamedTuple):
    """A batch of adjustments that was applied; its movements carry the reference."""

    reference: UUID
    lines: int


def adjust_stock(session: Session, lines: Sequence[Line], *, actor: str) -> Applied:
    """Apply every line or none. Refused with AdjustmentRefused, which says why for each line."""
    changes = [line.change for line in lines]
    places, faults = find_places(session, lines)
    if not faults:
        add_levels(session, places)
        return _apply(session, places, changes, actor=actor)
    raise _refused(changes, faults)


def _apply(
    session: Session, places: Sequence[Place], changes: Sequence[Change], *, actor: str
) -> Applied:
    shelves = lock_shelves(session, places)
    deltas = [
        change.delta_for(shelves[place]) for place, change in zip(places, changes, strict=True)
    ]
    found = (fault_of(shelves[place], delta) for place, delta in zip(places, deltas, strict=True))
    if faults := {index: fault for index, fault in enumerate(found) if fault}:
        raise _refused(changes, faults)
    applied = Applied(uuid7(), len(changes))
    _APPLY.later(
        session,
        applied.reference,
        actor,
        [place.variant_id for place in places],
        [place.location_id for place in places],
        deltas,
        [change.kind for change in changes],
        [change.reason for change in changes],
    )
    return applied


def lock_level(session: Session, level_id: UUID) -> StockLevel:
    """The level, held until the transaction ends. Refused with StockNotFound."""
    statement = select(StockLevel).where(StockLevel.id == level_id)
    level = session.scalars(statement.with_for_update(key_share=True)).one_or_none()
    if level is None:
        raise StockNotFound("there is no such stock level")
    return level


def change_level(
    session: Session, level: StockLevel, values: Mapping[str, Any], *, actor: str
) -> None:
    """Apply one change and new policies to a locked level, in the order that allows the most."""
    policy = {name: values[name] for name in ("threshold", "backorder") if name in values}
    loosens = policy.get("backorder") is True
    if policy and loosens:
        _set_policy(session, level, policy)
    if "delta" in values or "on_hand" in values:
        change = Change(
            pointer="/delta" if "delta" in values else "/on_hand",
            reason=values["reason"],
            delta=values.get("delta"),
            on_hand=values.get("on_hand"),
        )
        _apply(session, [Place(level.variant_id, level.location_id)], [change], actor=actor)
        session.refresh(level)
    if policy and not loosens:
        _set_policy(session, level, policy)
    session.expire(level)


def _set_policy(session: Session, level: StockLevel, values: Mapping[str, Any]) -> None:
    """Refused with BackorderInUse while more is promised than lies there."""
    if values.get("backorder") is False and level.reserved > level.on_hand:
        raise BackorderInUse("more is promised than lies on the shelf")
    session.execute(
        update(StockLevel)
        .where(StockLevel.id == level.id)
        .values(**values, version=StockLevel.version + 1)
    )
    mark(session, [level.variant_id])


def _refused(changes: Sequence[Change], faults: Mapping[int, Fault]) -> AdjustmentRefused:
    errors = [
        {"pointer": changes[index].pointer, "code": fault.code, "detail": fault.detail}
        for index, fault in sorted(faults.items())
    ]
    return AdjustmentRefused(
        f"{len(errors)} of {len(changes)} lines cannot be applied", errors=errors
    )
