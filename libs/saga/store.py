"""The leader's tables: the saga's row and the append-only list of what happened to it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy.orm import Session

from libs.db.statement import Statement
from libs.saga.state import Decision, Event, SagaState

_encode = msgspec.json.encode
_decode_state = msgspec.json.Decoder(SagaState).decode


class Row(msgspec.Struct, frozen=True):
    """A saga as it is stored. `plan` stays text until its definition is known."""

    id: UUID
    type: str
    definition_version: int
    business_key: str
    plan: str
    state: SagaState
    traceparent: str | None


class Change(msgspec.Struct, frozen=True):
    """A transition to be stored, with what the timeline says of it."""

    decision: Decision
    event: Event
    at: datetime
    actor: str | None = None


_COLUMNS = "id, type, definition_version, business_key, plan, state::text, traceparent"
_insert = Statement(
    """
    INSERT INTO saga (id, type, definition_version, business_key, plan, state, traceparent,
        status, version, due_at, ended_at)
    VALUES ($1, $2, $3, $4, $5, $6::text::jsonb, $7, $8, $9, $10, $11)
    """
)
_lock = Statement(f"SELECT {_COLUMNS} FROM saga WHERE id = ANY($1::uuid[]) ORDER BY id FOR UPDATE")  # noqa: S608  # constants
_lock_due = Statement(
    f"""
    SELECT {_COLUMNS} FROM saga WHERE ended_at IS NULL AND due_at <= $1
    ORDER BY id LIMIT $2 FOR UPDATE SKIP LOCKED
    """  # noqa: S608  # constants
)
_update = Statement(
    """
    UPDATE saga SET state = new.state::jsonb, status = new.status, version = new.version,
        due_at = new.due_at, ended_at = new.ended_at
    FROM unnest($1::uuid[], $2::text[], $3::text[], $4::int[], $5::timestamptz[],
        $6::timestamptz[]) AS new (id, state, status, version, due_at, ended_at)
    WHERE saga.id = new.id
    """
)
_append = Statement(
    """
    INSERT INTO saga_event (saga_id, version, at, event, step, phase, outcome, code, detail,
        attempt, sent, status, actor)
    SELECT saga_id, version, at, event, step, phase, outcome, code, detail, attempt,
        string_to_array(sent, ' '), status, actor
    FROM unnest($1::uuid[], $2::int[], $3::timestamptz[], $4::text[], $5::text[], $6::text[],
        $7::text[], $8::text[], $9::text[], $10::int[], $11::text[], $12::text[], $13::text[])
        AS new (saga_id, version, at, event, step, phase, outcome, code, detail, attempt, sent,
            status, actor)
    """
)
_is_due = Statement("SELECT 1 FROM saga WHERE ended_at IS NULL AND due_at <= $1 LIMIT 1")
_postpone = Statement("UPDATE saga SET due_at = $2 WHERE id = $1")
_change_plans = Statement(
    "UPDATE saga SET plan = (plan::jsonb || $2::text::jsonb)::text WHERE id = ANY($1::uuid[])"
)


def insert(session: Session, row: Row, change: Change) -> None:
    """Store a new saga after its first transition."""
    state = change.decision.state
    _insert.later(
        session,
        row.id,
        row.type,
        row.definition_version,
        row.business_key,
        row.plan,
        _encode(state).decode(),
        row.traceparent,
        state.status,
        state.version,
        state.due_at(),
        change.at if state.ended else None,
    )
    _record(session, [change])


def lock(session: Session, ids: Sequence[UUID]) -> dict[UUID, Row]:
    """The sagas of these ids, locked in a fixed order."""
    return {row.id: row for row in map(_row, _lock.rows(session, list(ids)))}


def is_due(session: Session, now: datetime) -> bool:
    """Whether any saga's time has come; a cheap question to ask often."""
    return _is_due.first(session, now) is not None


def lock_due(session: Session, now: datetime, limit: int) -> list[Row]:
    """Sagas whose time has come and that nobody else holds."""
    return [_row(values) for values in _lock_due.rows(session, now, limit)]


def save(session: Session, changes: Sequence[Change]) -> None:
    """Store transitions in order; a saga may be among them more than once."""
    if not changes:
        return
    latest = {change.decision.state.id: change for change in changes}
    states = [(change.decision.state, change.at) for change in latest.values()]
    _update.later(
        session,
        [state.id for state, _ in states],
        [_encode(state).decode() for state, _ in states],
        [state.status for state, _ in states],
        [state.version for state, _ in states],
        [state.due_at() for state, _ in states],
        [at if state.ended else None for state, at in states],
    )
    _record(session, changes)


def postpone(session: Session, saga_id: UUID, until: datetime | None) -> None:
    """Say when the sweep has to look at it next; None means never."""
    _postpone.later(session, saga_id, until)


def change_plans(session: Session, ids: Sequence[UUID], fields: Mapping[str, Any]) -> None:
    """Replace fields of the plans of sagas in which no step that needs them is left."""
    _change_plans.later(session, list(ids), _encode(fields).decode())


def _record(session: Session, changes: Sequence[Change]) -> None:
    columns = list(zip(*(_event_values(change) for change in changes), strict=True))
    _append.later(session, *(list(column) for column in columns))


def _event_values(change: Change) -> tuple[Any, ...]:
    state, event = change.decision.state, change.event
    sent = " ".join(f"{s.step}.{s.phase}#{s.attempt}" for s in change.decision.sends)
    step = getattr(event, "step", None)
    return (
        state.id,
        state.version,
        change.at,
        type(event).__name__.lower(),
        step,
        getattr(event, "phase", None),
        getattr(event, "outcome", None),
        getattr(event, "code", None),
        getattr(event, "reason", None) or getattr(event, "detail", None),
        state.steps[step].attempt if step else None,
        sent,
        state.status,
        change.actor,
    )


def _row(values: tuple[Any, ...]) -> Row:
    saga_id, kind, version, business_key, plan, state, traceparent = values
    return Row(saga_id, kind, version, business_key, plan, _decode_state(state), traceparent)
