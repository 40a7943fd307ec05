"""Takes in files of products, and works them chunk by chunk, one chunk a transaction."""

import json
from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import insert, text
from sqlalchemy.orm import Session

from libs import clock
from libs.contracts.catalog import WorkImports
from libs.db.statement import Statement
from libs.ids import uuid7
from libs.messaging.outbox import enqueue
from services.catalog.commands.import_apply import Report, apply_rows
from services.catalog.models.tables import Import, ImportChunk
from services.catalog.rules.import_file import Format, Record
from services.catalog.rules.import_row import Fault, Row, read_row

CHUNK_ROWS = 400
# Longer than any chunk takes: after it, whoever worked on the import is gone.
_LEASE = timedelta(seconds=30)

_claim = Statement("SELECT pg_try_advisory_xact_lock(7261003)")
_next_chunk = Statement(
    """
    SELECT c.import_id, c.first_row, c.rows, i.actor
    FROM import_chunk c JOIN product_import i ON i.id = c.import_id
    ORDER BY c.import_id, c.first_row LIMIT 1
    """
)
_drop_chunk = Statement("DELETE FROM import_chunk WHERE import_id = $1 AND first_row = $2")
_add_errors = Statement(
    """
    INSERT INTO import_error (import_id, row, "column", reason)
    SELECT $1, row, col, reason
    FROM unnest($2::bigint[], $3::text[], $4::text[]) AS new (row, col, reason)
    """
)
_advance = Statement(
    """
    UPDATE product_import i SET state = 'working', created = created + $2, updated = updated + $3,
        unchanged = unchanged + $4, failed = failed + $5, updated_at = $6, due_at = $7
    WHERE id = $1
    """
)
_finish = Statement(
    """
    UPDATE product_import SET state = 'done', finished_at = $2
    WHERE id = $1 AND NOT EXISTS (SELECT FROM import_chunk WHERE import_id = $1)
    """
)
_overdue = Statement(
    """
    UPDATE product_import SET due_at = $1::timestamptz + $2
    WHERE id = (
        SELECT id FROM product_import WHERE state <> 'done' AND due_at <= $1
        ORDER BY due_at LIMIT 1 FOR UPDATE SKIP LOCKED
    )
    RETURNING id
    """
)

_TABLES = ("category", "brand", "product", "variant", "price", "listing")
_ANALYZE = tuple(text(f"ANALYZE {table}") for table in _TABLES)


def accept_import(
    session: Session, records: Iterable[Record | Fault], file_format: Format, actor: UUID | None
) -> Import:
    """Store every row of the file for the job; what could not be read as a row is reported now."""
    now = clock.now()
    accepted = Import(
        id=uuid7(),
        state="waiting",
        format=file_format,
        actor=actor,
        rows=0,
        created=0,
        updated=0,
        unchanged=0,
        failed=0,
        created_at=now,
        updated_at=now,
        due_at=now + _LEASE,
    )
    session.add(accepted)
    session.flush()
    _store_rows(session, accepted, records)
    if accepted.rows == accepted.failed:
        accepted.state, accepted.finished_at = "done", now
    else:
        enqueue(session, WorkImports(import_id=accepted.id))
    session.flush()
    return accepted


def work_next_chunk(session: Session) -> int:
    """Import the oldest chunk there is; its number within its file, counted from 1.

    0 when there is none or somebody else is at it: one chunk at a time, so that the later of two
    rows of one SKU always wins.
    """
    chunk = _next(session)
    if chunk is None:
        return 0
    import_id, first_row, stored, actor = chunk
    rows, faults = _read(json.loads(stored))
    report = apply_rows(session, rows, actor)
    report.faults.extend(faults)
    _conclude(session, import_id, first_row, report)
    return 1 + int(first_row) // CHUNK_ROWS


def refresh_statistics(session: Session) -> None:
    """Tell the planner how the tables have grown; every process then plans its statements anew.

    Call whenever an import may have doubled them. Autovacuum would do it a minute or more later,
    and until then lists would be planned for the empty tables of a fresh installation.
    """
    for analyze in _ANALYZE:
        session.execute(analyze)


def isolate_next_chunk(session: Session) -> None:
    """After a chunk could not be stored: make each of its rows a chunk, and give up on a lone one.

    Neighbors of a row that breaks a constraint, or lost a race to somebody, are imported after all.
    """
    chunk = _next(session)
    if chunk is None:
        return
    import_id, first_row, stored, _ = chunk
    rows: list[tuple[int, Any]] = json.loads(stored)
    if len(rows) == 1:
        fault = Fault(rows[0][0], "", "contradicts what the catalog holds, or cannot be stored")
        _conclude(session, import_id, first_row, Report(faults=[fault]))
        return
    _drop_chunk.later(session, import_id, first_row)
    for row in rows:
        _add_chunk(session, import_id, [row])


def resume_imports(session: Session) -> int:
    """Call for a worker where an import has not moved on for a while; how many there were."""
    overdue = _overdue.rows(session, clock.now(), _LEASE)
    for (import_id,) in overdue:
        enqueue(session, WorkImports(import_id=import_id))
    return len(overdue)


def _store_rows(session: Session, accepted: Import, records: Iterable[Record | Fault]) -> None:
    chunk: list[tuple[int, Any]] = []
    faults: list[Fault] = []
    for record in records:
        accepted.rows += 1
        if isinstance(record, Fault):
            accepted.failed += 1
            faults.append(record)
        else:
            chunk.append((record.row, record.cells))
        if len(chunk) == CHUNK_ROWS:
            _add_chunk(session, accepted.id, chunk)
            chunk = []
        if len(faults) == CHUNK_ROWS:
            _report(session, accepted.id, faults)
            faults = []
    if chunk:
        _add_chunk(session, accepted.id, chunk)
    _report(session, accepted.id, faults)


def _next(session: Session) -> tuple[Any, ...] | None:
    (claimed,) = _claim.first(session) or (False,)
    return _next_chunk.first(session) if claimed else None


def _read(stored: Sequence[tuple[int, Any]]) -> tuple[list[Row], list[Fault]]:
    rows: list[Row] = []
    faults: list[Fault] = []
    for number, cells in stored:
        result = read_row(number, cells)
        if isinstance(result, Row):
            rows.append(result)
        else:
            faults.extend(result)
    return rows, faults


def _conclude(session: Session, import_id: UUID, first_row: int, report: Report) -> None:
    _drop_chunk.later(session, import_id, first_row)
    _report(session, import_id, report.faults)
    counts, now = report.counts, clock.now()
    failed = len({fault.row for fault in report.faults})
    done = (counts["created"], counts["updated"], counts["unchanged"], failed)
    _advance.later(session, import_id, *done, now, now + _LEASE)
    _finish.later(session, import_id, now)


def _add_chunk(session: Session, import_id: UUID, rows: Sequence[tuple[int, Any]]) -> None:
    # ASCII, so that even bytes that are no UTF-8 can be stored, and be reported with their row.
    values = {"import_id": import_id, "first_row": rows[0][0], "rows": json.dumps(rows)}
    session.execute(insert(ImportChunk).values(values))


def _report(session: Session, import_id: UUID, faults: Sequence[Fault]) -> None:
    if faults:
        columns = [list(column) for column in zip(*faults, strict=True)]
        _add_errors.later(session, import_id, *columns)
