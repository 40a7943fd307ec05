"""A partition for each day that has events, and none for days that are over."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from sqlalchemy import text
from sqlalchemy.orm import Session

from libs.db.statement import Statement

_NAME = "behavior_event_%Y%m%d"

# to_regclass would answer from a cache, also after waiting for another's new partition.
_missing = Statement(
    """
    SELECT day FROM unnest($1::date[]) AS wanted (day)
    WHERE NOT EXISTS (
        SELECT FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid
        WHERE inhparent = 'behavior_event'::regclass
            AND relname = 'behavior_event_' || to_char(day, 'YYYYMMDD')
    )
    """
)
_over = Statement(
    """
    SELECT relname FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid
    WHERE inhparent = 'behavior_event'::regclass AND relname < $1::text
    ORDER BY relname LIMIT 1
    """
)


def ensure(session: Session, days: Iterable[date]) -> None:
    """Make the partitions that are missing; writers of other days are not held up."""
    wanted = sorted(set(days))
    if not _days_without(session, wanted):
        return
    session.execute(text("SELECT pg_advisory_xact_lock('behavior_event'::regclass::bigint)"))
    for day in _days_without(session, wanted):
        _create(session, day)


def drop_oldest(session: Session, first: date) -> int:
    """Drop the oldest partition if its day lies before the first that is kept; whether it did."""
    row = _over.first(session, first.strftime(_NAME))
    if row is None:
        return 0
    session.execute(text(f"DROP TABLE {row[0]}"))
    return 1


def _days_without(session: Session, days: Sequence[date]) -> list[date]:
    return [day for (day,) in _missing.rows(session, list(days))]


def _create(session: Session, day: date) -> None:
    """Attaching shares the parent with writers; creating the partition in place would not."""
    name = day.strftime(_NAME)
    bounds = f"FOR VALUES FROM ('{day}') TO ('{day + timedelta(days=1)}')"
    session.execute(text(f"CREATE TABLE {name} (LIKE behavior_event INCLUDING ALL)"))
    session.execute(text(f"ALTER TABLE behavior_event ATTACH PARTITION {name} {bounds}"))
