"""What an operator can do to a saga, and what that would lead to; every act leaves an event."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy.orm import Session

from libs import clock
from libs.messaging.outbox import publish_after_commit
from libs.saga import store
from libs.saga.definition import Registry, Saga
from libs.saga.orchestrator import Orchestrator, SagaNotFound, commands
from libs.saga.reducer import SagaForbids, decide
from libs.saga.state import Decision, Event


class Operator:
    """Acts on the sagas of one service."""

    def __init__(self, sagas: Sequence[Saga[Any]]) -> None:
        self._registry = Registry(sagas)
        self._orchestrator = Orchestrator(sagas)

    def act(self, session: Session, saga_id: UUID, event: Event, *, actor: str) -> Decision:
        """Apply the event now; SagaForbids if the saga is past it."""
        row = self._lock(session, saga_id)
        change, sent = self._orchestrator.apply(session, row, event, actor)
        if change is None:
            raise SagaForbids("this version of the saga is not known here")
        store.save(session, [change])
        publish_after_commit(session, sent)
        return change.decision

    def preview(self, session: Session, saga_id: UUID, event: Event) -> Decision:
        """What the event would lead to; refused like the act itself, and nothing is changed."""
        row = self._lock(session, saga_id)
        saga = self._registry.find(row.type, row.definition_version)
        if saga is None:
            raise SagaForbids("this version of the saga is not known here")
        plan = msgspec.json.decode(row.plan, type=saga.plan)
        decision = decide(saga, plan, row.state, event, clock.now())
        commands(saga, plan, row, decision)
        return decision

    @staticmethod
    def _lock(session: Session, saga_id: UUID) -> store.Row:
        row = store.lock(session, [saga_id]).get(saga_id)
        if row is None:
            raise SagaNotFound("there is no saga of that identifier")
        return row
