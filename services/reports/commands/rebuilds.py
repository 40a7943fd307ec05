"""Make the projections anew from the log, beside those that are read, and change over."""

from datetime import timedelta
from uuid import UUID

import msgspec
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from libs import clock
from libs.contracts.reports import RebuildReports
from libs.db.statement import Statement
from libs.messaging.outbox import enqueue
from services.reports.commands.log import LOCK
from services.reports.commands.projections import APPLY
from services.reports.models import Base, Event, Projection, Rebuild

EVENTS_PER_CHUNK = 500
# Longer than any chunk takes: after it, whoever worked on the rebuild is gone.
_LEASE = timedelta(seconds=30)
_KINDS = {kind.wire_name: kind for kind in APPLY}

_hold_alone = Statement(f"SELECT pg_advisory_xact_lock({LOCK})")
_events = Statement(
    """
    SELECT seq, type, at, data::text FROM event WHERE seq > $1 AND seq <= $2
    ORDER BY seq LIMIT $3::int
    """
)
_overdue = Statement(
    """
    UPDATE rebuild SET due_at = $1::timestamptz + $2
    WHERE id = (
        SELECT id FROM rebuild WHERE state = 'running' AND due_at <= $1 FOR UPDATE SKIP LOCKED
    )
    RETURNING id
    """
)
_outdated = [
    text(
        f"DELETE FROM {table.name} WHERE ctid = ANY (ARRAY("  # noqa: S608  # tables of ours
        f"SELECT ctid FROM {table.name} WHERE generation < :current LIMIT :limit))"
    )
    for table in Base.metadata.sorted_tables
    if "generation" in table.primary_key.columns
]


def request_rebuild(session: Session, requested_by: UUID) -> Rebuild:
    """Begin a new generation; while one is being built, that one is the answer.

    Every fact whose transaction ended before is replayed; the others are applied to both.
    """
    _hold_alone.rows(session)
    running = session.scalar(select(Rebuild).where(Rebuild.state == "running"))
    if running is not None:
        return running
    projection = session.scalars(select(Projection)).one()
    projection.building = projection.current + 1
    rebuild = Rebuild(
        generation=projection.building,
        state="running",
        replayed=0,
        until=session.scalar(select(func.coalesce(func.max(Event.seq), 0))) or 0,
        requested_by=requested_by,
        due_at=clock.now() + _LEASE,
    )
    session.add(rebuild)
    session.flush()
    enqueue(session, RebuildReports(rebuild_id=rebuild.id))
    return rebuild


def replay_chunk(session: Session, rebuild_id: UUID, limit: int = EVENTS_PER_CHUNK) -> bool:
    """Apply the next events, or change over once there are none; whether there may be more to do.

    False also if somebody else is at it.
    """
    running = select(Rebuild).where(Rebuild.id == rebuild_id, Rebuild.state == "running")
    rebuild = session.scalar(running.with_for_update(skip_locked=True))
    if rebuild is None:
        return False
    events = _events.rows(session, rebuild.replayed, rebuild.until, limit)
    for seq, kind, at, data in events:
        fact = _KINDS[kind]
        APPLY[fact](session, [rebuild.generation], msgspec.json.decode(data, type=fact), at)
        rebuild.replayed = seq
    rebuild.due_at = clock.now() + _LEASE
    if len(events) < limit:
        _change_over(session, rebuild)
        return False
    return True


def resume_rebuilds(session: Session) -> int:
    """Call for a worker where a rebuild has not moved on for a while; how many there were."""
    overdue = _overdue.rows(session, clock.now(), _LEASE)
    for (rebuild_id,) in overdue:
        enqueue(session, RebuildReports(rebuild_id=rebuild_id))
    return len(overdue)


def forget_outdated(session: Session, limit: int) -> int:
    """Remove rows of generations that nobody reads any more; how many went."""
    current = session.scalars(select(Projection.current)).one()
    values = {"current": current, "limit": limit}
    return sum(session.connection().execute(one, values).rowcount for one in _outdated)


def _change_over(session: Session, rebuild: Rebuild) -> None:
    _hold_alone.rows(session)
    projection = session.scalars(select(Projection)).one()
    projection.current, projection.building = rebuild.generation, None
    rebuild.state, rebuild.finished_at = "done", clock.now()
