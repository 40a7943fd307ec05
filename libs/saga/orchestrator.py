"""The thin shell around the reducer: loads rows, runs local steps, stores, hands out commands."""

import logging
from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy.orm import Session

from libs import clock
from libs.db.transaction import reading, savepoint, transaction
from libs.errors import Invalid, NotFound
from libs.messaging.message import Envelope, Payload, Reply, SagaKey
from libs.messaging.outbox import publish_after_commit
from libs.messaging.topology import replies
from libs.messaging.wire import Outgoing, pack, read
from libs.observability import tracing
from libs.saga import metrics, store
from libs.saga.definition import Registry, Saga
from libs.saga.reducer import decide
from libs.saga.state import Answered, Decision, Event, Send, Started, Ticked
from libs.saga.transition import COMPENSATED, COMPLETED, WAITING, initial

_log = logging.getLogger(__name__)
_UNKNOWN_PAUSE = timedelta(seconds=30)
SWEEP_LIMIT = 100


class SagaNotFound(NotFound):
    """No saga has this identifier."""

    code = "saga.not_found"


class UnreadableBody(Invalid):
    """What an operator wants a step to be asked is not its command."""

    code = "saga.unreadable_body"


def start(
    session: Session, saga: Saga[Any], plan: Payload, *, saga_id: UUID, business_key: str
) -> None:
    """Begin a saga in the caller's transaction; its first commands leave after the commit.

    A second saga of the same name and business key fails the transaction.
    """
    now = clock.now()
    text = msgspec.json.encode(plan).decode()
    blank = initial(saga, saga_id, now)
    decision = decide(saga, plan, blank, Started(), now)
    row = store.Row(
        saga_id, saga.name, saga.version, business_key, text, blank, tracing.traceparent()
    )
    _run_locals(session, saga, plan, decision)
    store.insert(session, row, store.Change(decision, Started(), now))
    publish_after_commit(session, commands(saga, plan, row, decision))


class Orchestrator:
    """Leads the sagas of one service."""

    def __init__(self, sagas: Sequence[Saga[Any]]) -> None:
        self.registry = Registry(sagas)
        for saga in sagas:
            metrics.expect(saga.name)

    def answer(self, session: Session, arrived: Sequence[tuple[Envelope, bool]]) -> list[Outgoing]:
        """Apply answers, each with whether the broker repeats it; return the commands to publish.

        One transaction for all. An answer that is late, repeated or nobody's changes nothing.
        """
        ids = {envelope.key.saga for envelope, _ in arrived if envelope.key}
        rows = store.lock(session, sorted(ids))
        changes: list[store.Change] = []
        outgoing: list[Outgoing] = []
        for envelope, redelivered in arrived:
            row = rows.get(envelope.key.saga) if envelope.key else None
            if row is None or envelope.key is None:
                _log.warning("an answer belongs to no saga: %s", envelope.id)
                continue
            event = _answered(envelope, envelope.key, redelivered=redelivered)
            change, sent = self.apply(session, row, event)
            outgoing += sent
            if change and change.decision.changed:
                changes.append(change)
                rows[row.id] = msgspec.structs.replace(row, state=change.decision.state)
        store.save(session, changes)
        return outgoing

    def sweep(self) -> int:
        """Look at every saga whose time has come; how many those were."""
        with reading() as session:
            if not store.is_due(session, clock.now()):
                return 0
        with transaction() as session:
            return self.sweep_due(session)

    def sweep_due(self, session: Session) -> int:
        """Give each saga whose time has come its turn; one that fails does not stop the others."""
        now = clock.now()
        rows = store.lock_due(session, now, SWEEP_LIMIT)
        for row in rows:
            try:
                with savepoint(session):
                    self._tick(session, row)
            except Exception:  # noqa: BLE001  # isolation: the fault is logged and the saga waits
                _log.exception("saga %s could not be swept", row.id)
                store.postpone(session, row.id, now + _UNKNOWN_PAUSE)
        return len(rows)

    def apply(
        self, session: Session, row: store.Row, event: Event, actor: str | None = None
    ) -> tuple[store.Change | None, list[Outgoing]]:
        """Decide and run the local steps; the caller stores the change and publishes."""
        saga = self.registry.find(row.type, row.definition_version)
        now = clock.now()
        if saga is None:
            metrics.unknown_definitions.labels(row.type).inc()
            store.postpone(session, row.id, now + _UNKNOWN_PAUSE)
            return None, []
        plan = msgspec.json.decode(row.plan, type=saga.plan)
        decision = decide(saga, plan, row.state, event, now)
        _run_locals(session, saga, plan, decision)
        metrics.observe(row.type, row.state, decision, event, now)
        return store.Change(decision, event, now, actor), commands(saga, plan, row, decision)

    def _tick(self, session: Session, row: store.Row) -> None:
        change, sent = self.apply(session, row, Ticked())
        if change and change.decision.changed:
            store.save(session, [change])
            publish_after_commit(session, sent)
        elif change:  # it was postponed by code that did not know it
            store.postpone(session, row.id, row.state.due_at())


def _answered(envelope: Envelope, key: SagaKey, *, redelivered: bool) -> Answered:
    reply = read(envelope, Reply)
    output = {name: msgspec.json.decode(raw) for name, raw in (reply.output or {}).items()}
    return Answered(
        step=key.step,
        generation=key.generation,
        phase=key.phase,
        outcome=reply.outcome,
        code=reply.code,
        detail=reply.detail,
        output=output or None,
        redelivered=redelivered,
    )


def _run_locals(session: Session, saga: Saga[Any], plan: Payload, decision: Decision) -> None:
    hooks = {WAITING: saga.waiting, COMPENSATED: saga.compensated, COMPLETED: saga.completed}
    for name in decision.locals:
        run = hooks[name] if name in hooks else saga.step(name).local
        if run:
            run(session, plan, decision.state)


def commands(saga: Saga[Any], plan: Payload, row: store.Row, decision: Decision) -> list[Outgoing]:
    """What the decision sends, packed; an operator's body that is none is an UnreadableBody."""
    return [
        pack(
            _payload(saga, plan, decision, send),
            source=saga.leader,
            key=SagaKey(row.id, send.step, send.generation, send.phase, send.attempt),
            saga_type=saga.name,
            reply_to=replies(saga.leader),
            deadline=decision.state.deadline_at if send.phase == "do" else None,
            traceparent=row.traceparent,
        )
        for send in decision.sends
    ]


def _payload(saga: Saga[Any], plan: Payload, decision: Decision, send: Send) -> Payload:
    step = saga.step(send.step)
    make = step.do if send.phase == "do" else step.undo
    if make is None:
        raise KeyError(f"{saga.name}: {send.step} has no {send.phase}")
    command: Payload = make(plan)
    body = decision.state.steps[send.step].body
    if body is None or send.phase != "do":
        return command
    try:
        return msgspec.json.decode(body, type=type(command))
    except msgspec.ValidationError as fault:
        raise UnreadableBody(f"{send.step} cannot be asked that: {fault}") from fault
