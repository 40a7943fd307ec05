"""Group commit: what has already arrived for one service is handled in one transaction."""

import logging
import time
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from flask import Flask
from sqlalchemy.orm import Session

from libs import clock
from libs.db.faults import is_contention, is_outage
from libs.db.transaction import transaction
from libs.failpoints import failpoint
from libs.messaging import dead, inbox, metrics, outbox
from libs.messaging.commands import Careful, CommandRunner, Open, is_repetition
from libs.messaging.message import Envelope, Reply
from libs.messaging.relay import forget
from libs.messaging.tasks import Tasks
from libs.messaging.wire import Outgoing, read, reply_to
from libs.observability import tracing

_log = logging.getLogger(__name__)
Kind = Literal["command", "fact", "reply"]
_TRIES = 3


class Hold(Exception):
    """The database cannot take the messages now; they stay unacknowledged until it can."""


class Leader(Protocol):
    """What the saga package gives a service that leads sagas."""

    def answer(self, session: Session, arrived: Sequence[tuple[Envelope, bool]]) -> list[Outgoing]:
        """Apply answers; return commands."""


@dataclass(slots=True)
class Delivery:
    """One message as it arrived."""

    envelope: Envelope
    kind: Kind
    message: Any
    redelivered: bool


@dataclass
class Result:
    """What is to be published, and which slow calls are to be made, once a batch is committed."""

    outgoing: list[Outgoing] = field(default_factory=list)
    open: list[Open] = field(default_factory=list)


class Executor:
    """Handles batches of one service. After any surprise a batch is redone one message at a time,
    so that a poisoned message cannot sink its neighbours."""

    def __init__(self, app: Flask, tasks: Tasks, leader: Leader | None) -> None:
        self.app = app
        self._tasks = tasks
        self._leader = leader
        self._commands = CommandRunner(tasks)
        self._confirmed: deque[object] = deque()

    def process(self, deliveries: Sequence[Delivery]) -> Result:
        """Handle deliveries in order; Hold if the database is out of reach."""
        started = time.monotonic()
        try:
            result = self._attempt(deliveries, careful=False)
        except Hold:
            raise
        except Exception as fault:  # noqa: BLE001  # each message gets its own verdict below
            if not isinstance(fault, Careful) and not inbox.is_conflict(fault):
                _log.info("redoing a batch one by one: %r", fault)
            result = Result()
            for delivery in deliveries:
                alone = self._alone(delivery)
                result.outgoing += alone.outgoing
                result.open += alone.open
        self._measure(deliveries, time.monotonic() - started)
        return result

    def complete(self, finished: Sequence[tuple[Open, Any]]) -> list[Outgoing]:
        """Store the outcomes of slow calls, in one transaction if possible."""
        try:
            return self._settle(finished, careful=False)
        except Exception as fault:  # noqa: BLE001  # each outcome gets its own try below
            _log.info("storing outcomes one by one: %r", fault)
        return [message for one in finished for message in self._settle_alone(one)]

    def confirmed(self, messages: Sequence[Outgoing]) -> None:
        """The broker has these; their rows in the outbox go with the next transaction."""
        self._confirmed.extend(message.id for message in messages if message.stored)

    def tidy(self) -> None:
        """Remove confirmed rows now, when no transaction has come by."""
        if self._confirmed:
            with self._work([]):
                pass

    def park(self, message: Any, reason: str) -> None:
        """Keep a message that cannot be handled."""
        with self._work([]) as session:
            dead.park(session, self._tasks.service, message, reason)

    def _measure(self, deliveries: Sequence[Delivery], seconds: float) -> None:
        made = min(delivery.envelope.time for delivery in deliveries)
        age = (clock.now() - made).total_seconds()
        metrics.observe_batch(self._tasks.service, len(deliveries), seconds, age)

    def _attempt(self, deliveries: Sequence[Delivery], *, careful: bool) -> Result:
        result = Result()
        try:
            with self._work(result.outgoing) as session:
                commands = [one for one in deliveries if one.kind == "command"]
                if commands:
                    self._obey(session, commands, result, careful=careful)
                self._hear(session, [d.envelope for d in deliveries if d.kind == "fact"])
                self._lead(session, deliveries, result)
        except Exception as fault:
            if is_outage(fault):
                raise Hold(str(fault)) from fault
            raise
        return result

    def _obey(
        self, session: Session, commands: Sequence[Delivery], result: Result, *, careful: bool
    ) -> None:
        envelopes = [one.envelope for one in commands]
        repeated = careful or any(
            one.redelivered or is_repetition(one.envelope) for one in commands
        )
        answered, result.open = self._commands.run(
            session, envelopes, repeated=repeated, careful=careful
        )
        result.outgoing += answered

    def _hear(self, session: Session, facts: Sequence[Envelope]) -> None:
        if not facts:
            return
        fresh = inbox.claim_facts(session, [fact.id for fact in facts])
        for fact in facts:
            if fact.id in fresh:
                fresh.discard(fact.id)
                task = self._tasks.facts[fact.type]
                more = {"envelope": fact} if task.takes_envelope else {}
                with tracing.within(fact.traceparent):
                    task.handler(session, read(fact, task.kind), **more)

    def _lead(self, session: Session, deliveries: Sequence[Delivery], result: Result) -> None:
        replies = [(d.envelope, d.redelivered) for d in deliveries if d.kind == "reply"]
        if not replies or not self._leader:
            return
        for envelope, _ in replies:
            failpoint("reply.before", envelope.label)
        result.outgoing += self._leader.answer(session, replies)
        for envelope, _ in replies:
            failpoint("reply.after", envelope.label)

    def _alone(self, delivery: Delivery) -> Result:
        left = _TRIES
        while True:
            left -= 1
            try:
                return self._attempt([delivery], careful=True)
            except Hold:
                raise
            except Exception as fault:  # whatever it is, the leader is told
                if _passes(fault) and left:
                    continue
                if _passes(fault) and delivery.kind != "command":
                    raise Hold(str(fault)) from fault  # nobody would ask for it again
                _log.exception("%s could not be handled", delivery.envelope.type)
                return self._failed(delivery, fault)

    def _failed(self, delivery: Delivery, fault: Exception) -> Result:
        """A command tells its leader, who asks again; anything else is parked for a person."""
        envelope = delivery.envelope
        metrics.failures.labels(self._tasks.service, envelope.type).inc()
        if delivery.kind != "command" or not envelope.key or not envelope.reply_to:
            self.park(delivery.message, repr(fault))
            return Result()
        reply = Reply(outcome="retry", code="internal_error", detail=type(fault).__name__)
        return Result([reply_to(envelope, reply, source=self._tasks.service)])

    def _settle_alone(self, one: tuple[Open, Any]) -> list[Outgoing]:
        for left in reversed(range(_TRIES)):
            try:
                return self._settle([one], careful=True)
            except Exception as fault:  # noqa: BLE001  # the step stays open, so nothing is lost
                if not (_passes(fault) and left):
                    _log.exception("an outcome could not be stored; its resolver will ask again")
                    break
        return []

    def _settle(self, finished: Sequence[tuple[Open, Any]], *, careful: bool) -> list[Outgoing]:
        outgoing: list[Outgoing] = []
        with self._work(outgoing) as session:
            for one, outcome in finished:
                with tracing.within(one.traceparent):
                    self._commands.complete(session, one, outcome, careful=careful)
        return outgoing

    @contextmanager
    def _work(self, outgoing: list[Outgoing]) -> Iterator[Session]:
        """A transaction whose announcements are published by the caller."""
        done = list(self._take_confirmed())
        with self.app.app_context(), transaction() as session:
            outbox.divert(session, outgoing)
            if done:
                forget(session, done)
            yield session

    def _take_confirmed(self) -> Iterator[object]:
        # The timers' thread and the loop's may both be here.
        with suppress(IndexError):
            while True:
                yield self._confirmed.popleft()


def _passes(fault: Exception) -> bool:
    """Whether another process was in the way, so that the same work may succeed now."""
    return is_contention(fault) or inbox.is_conflict(fault)
