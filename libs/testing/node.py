"""One service as a worker process has it, with the places where a test lets it fail."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from flask import Flask
from sqlalchemy.orm import Session

from libs.db.transaction import before_commit, transaction
from libs.messaging import outbox
from libs.messaging.batch import Executor
from libs.messaging.commands import Open
from libs.messaging.message import Envelope, Payload, SagaKey
from libs.messaging.tasks import CommandTask, Deferred, Periodic, Tasks
from libs.messaging.wire import Outgoing
from libs.messaging.worker import WorkerService
from libs.saga.orchestrator import Orchestrator
from libs.testing.faults import Died, Fault, Refused

Strike = Callable[..., Fault | None]


class Node:
    """The executor, the sagas and the periodic work of one service."""

    def __init__(self, app: Flask, service: WorkerService, strike: Strike) -> None:
        self.name = service.name
        self.app = app
        self.orchestrator = Orchestrator(service.sagas) if service.sagas else None
        self._periodic = service.tasks.periodic
        leader = _Leader(self.orchestrator, strike) if self.orchestrator else None
        self.executor = Executor(app, _fragile(service.tasks, strike), leader)

    def call(self, one: Open) -> list[Outgoing]:
        """Make a slow call and store what became of it; the answers."""
        try:
            outcome: Any = one.work.call()
        except Exception as fault:  # noqa: BLE001  # an outcome like any other: complete() judges it
            outcome = fault
        return self.executor.complete([(one, outcome)])

    def beat(self, sender: outbox.Sender) -> None:
        """Everything that a worker does from time to time, once."""
        with self.app.app_context():
            if self.orchestrator:
                self.orchestrator.sweep()
            outbox.sweep(sender)
            for task in self._periodic:
                _run(task)
        self.executor.tidy()


class _Leader:
    """The orchestrator, which may die just before its commit."""

    def __init__(self, orchestrator: Orchestrator, strike: Strike) -> None:
        self._orchestrator = orchestrator
        self._strike = strike

    def answer(self, session: Session, arrived: Sequence[tuple[Envelope, bool]]) -> list[Outgoing]:
        """As the orchestrator's."""
        commands = self._orchestrator.answer(session, arrived)
        for envelope, _ in arrived:
            if self._strike(envelope.key, "leader", "uncommitted"):
                before_commit(session, _die)
        return commands


def _fragile(tasks: Tasks, strike: Strike) -> Tasks:
    """The same registry; its handlers refuse, fail and die where a fault says so."""
    commands = {name: _fragile_command(task, strike) for name, task in tasks.commands.items()}
    return replace(tasks, commands=commands)


def _fragile_command(task: CommandTask, strike: Strike) -> CommandTask:
    def handler(session: Session, message: Payload, key: SagaKey) -> Any:
        if strike(key, "participant", "fail"):
            raise RuntimeError("a test asked for this fault")
        refused = strike(key, "participant", "reject")
        if refused and task.refuses_before_writing:
            raise Refused("a test asked for this refusal")
        arguments = {"key": key} if task.takes_key else {}
        answer = task.handler(session, message, **arguments)
        if refused:
            raise Refused("a test asked for this refusal")
        if strike(key, "participant", "uncommitted"):
            before_commit(session, _die)
        return _fragile_work(answer, strike) if isinstance(answer, Deferred) else answer

    return CommandTask(task.kind, handler, True, task.refuses_before_writing)


def _fragile_work(work: Deferred, strike: Strike) -> Deferred:
    def complete(session: Session, key: SagaKey, result: Any) -> Any:
        answer = work.complete(session, key, result)
        if strike(key, "slow", "uncommitted"):
            before_commit(session, _die)
        return answer

    return Deferred(work.call, complete)


def _die(_session: Session) -> None:
    raise Died


def _run(task: Periodic) -> None:
    if task.transactional:
        with transaction() as session:
            task.handler(session)
    else:
        task.handler()
