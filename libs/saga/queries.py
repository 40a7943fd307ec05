"""Reading sagas: the list that an operator filters, one saga, its timeline."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import DateTime, Integer, Text, column, select, table
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.dialects.postgresql import UUID as PG_UUID
from sqlalchemy.orm import Session

from libs.saga.orchestrator import SagaNotFound

_saga = table(
    "saga",
    column("id", PG_UUID(as_uuid=True)),
    column("type", Text),
    column("definition_version", Integer),
    column("status", Text),
    column("version", Integer),
    column("state", JSONB),
    column("due_at", DateTime(timezone=True)),
    column("traceparent", Text),
    column("created_at", DateTime(timezone=True)),
    column("ended_at", DateTime(timezone=True)),
)
_event = table(
    "saga_event",
    column("saga_id", PG_UUID(as_uuid=True)),
    column("version", Integer),
    column("at", DateTime(timezone=True)),
    *(column(name, Text) for name in ("event", "step", "phase", "outcome", "code", "detail")),
    column("attempt", Integer),
    column("sent", ARRAY(Text)),
    column("status", Text),
    column("actor", Text),
)


@dataclass(frozen=True)
class SagaView:
    """One saga for a person's eyes."""

    id: UUID
    type: str
    definition_version: int
    status: str
    version: int
    code: str | None
    detail: str | None
    steps: dict[str, Any]
    due_at: datetime | None
    trace_id: str | None
    created_at: datetime
    ended_at: datetime | None


class SagaEvent(msgspec.Struct, frozen=True):
    """One transition."""

    version: int
    at: datetime
    event: str
    step: str | None
    phase: str | None
    outcome: str | None
    code: str | None
    detail: str | None
    attempt: int | None
    sent: list[str]
    status: str
    actor: str | None


def list_sagas(  # one keyword per filter
    session: Session,
    *,
    status: str | None = None,
    kind: str | None = None,
    step: str | None = None,
    created_before: datetime | None = None,
    after: UUID | None = None,
    limit: int = 20,
) -> list[SagaView]:
    """Sagas, oldest first; `step` keeps those that await an answer of that step."""
    rules = []
    if status:
        rules.append(_saga.c.status == status)
    if kind:
        rules.append(_saga.c.type == kind)
    if step:
        awaited = _saga.c.state["steps"][step]["status"].astext.in_(("sent", "undoing"))
        rules.append(awaited)
    if created_before:
        rules.append(_saga.c.created_at < created_before)
    if after:
        rules.append(_saga.c.id > after)
    statement = select(_saga).where(*rules).order_by(_saga.c.id).limit(limit)
    return [_view(row) for row in session.execute(statement)]


def get_saga(session: Session, saga_id: UUID) -> SagaView:
    """One saga, or SagaNotFound."""
    row = session.execute(select(_saga).where(_saga.c.id == saga_id)).first()
    if row is None:
        raise SagaNotFound("there is no saga of that identifier")
    return _view(row)


def list_saga_events(session: Session, saga_id: UUID) -> list[SagaEvent]:
    """Everything that happened to a saga, in order."""
    statement = select(_event).where(_event.c.saga_id == saga_id).order_by(_event.c.version)
    return [SagaEvent(*row[1:]) for row in session.execute(statement)]


def _view(row: Any) -> SagaView:
    state = row.state
    return SagaView(
        id=row.id,
        type=row.type,
        definition_version=row.definition_version,
        status=row.status,
        version=row.version,
        code=state.get("code"),
        detail=state.get("detail"),
        steps=state["steps"],
        due_at=row.due_at,
        trace_id=row.traceparent.split("-")[1] if row.traceparent else None,
        created_at=row.created_at,
        ended_at=row.ended_at,
    )
