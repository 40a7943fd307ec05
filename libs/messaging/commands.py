"""How a participant obeys: each step once, every repetition answered, every race settled."""

import logging
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from libs import clock
from libs.db.transaction import savepoint
from libs.errors import DomainError
from libs.failpoints import failpoint
from libs.messaging import inbox
from libs.messaging.inbox import Entry
from libs.messaging.message import Command, Envelope, Reply, SagaKey
from libs.messaging.tasks import Answer, CommandTask, Deferred, Done, Tasks
from libs.messaging.wire import Outgoing, read, reply_to
from libs.observability import tracing

_log = logging.getLogger(__name__)


class Careful(Exception):
    """A command was refused after it may have written; redo the batch one by one."""


class WrongBody(Exception):
    """A command repeats an earlier key with another body."""


@dataclass(frozen=True, slots=True)
class Open:
    """A step whose slow work is still to be done, after the commit. `begun` is its row if it is
    new."""

    key: SagaKey
    work: Deferred
    traceparent: str | None
    begun: Entry | None = None


class CommandRunner:
    """Runs commands inside the batch's transaction."""

    def __init__(self, tasks: Tasks) -> None:
        self._tasks = tasks

    def run(
        self, session: Session, commands: Sequence[Envelope], *, repeated: bool, careful: bool
    ) -> tuple[list[Outgoing], list[Open]]:
        """Obey commands of different steps; return the answers and the slow work.

        Where none seems to be repeated nobody looks for what is known: a step that is known after
        all makes the transaction fail, with an error that `inbox.is_conflict` knows.
        """
        keys = [_key(envelope) for envelope in commands]
        known = inbox.find(session, keys) if repeated else {}
        if self._tasks.batch_locks and len(commands) > 1:
            self._tasks.batch_locks(session, [self._payload(envelope) for envelope in commands])
        fresh: list[Entry] = []
        outgoing: list[Outgoing] = []
        slow: list[Open] = []
        for envelope, key in zip(commands, keys, strict=True):
            entry = known.get((key.saga, key.step, key.generation))
            with tracing.within(envelope.traceparent):
                outcome = _Outcome(session, self._tasks, envelope, key, careful=careful)
                if entry is None:
                    fresh.append(outcome.first())
                else:
                    outcome.again(entry)
            outgoing += outcome.messages
            slow += outcome.slow
        inbox.insert(session, fresh)
        return outgoing, slow

    def _payload(self, envelope: Envelope) -> Command:
        return read(envelope, self._tasks.commands[envelope.type].kind)

    @staticmethod
    def complete(session: Session, one: Open, outcome: Any, *, careful: bool) -> None:
        """Store what became of slow work; without a definite answer its step stays open."""
        try:
            with savepoint(session) if careful else nullcontext():
                answer = one.work.complete(session, one.key, outcome)
        except DomainError as refusal:
            if not careful:
                raise Careful from refusal
            answer = inbox.rejection(refusal)
        if one.begun and not careful:
            inbox.settle_fresh(session, one.begun, one.key, answer or Done())
        else:
            inbox.settle(session, one.key, answer or Done())
        failpoint("outcome.after", one.key.label)


class _Outcome:
    """One command and what it leads to."""

    def __init__(
        self, session: Session, tasks: Tasks, envelope: Envelope, key: SagaKey, *, careful: bool
    ) -> None:
        self.session = session
        self.envelope = envelope
        self.key = key
        self.careful = careful
        self.task: CommandTask = tasks.commands[envelope.type]
        self.service = tasks.service
        self.messages: list[Outgoing] = []
        self.slow: list[Open] = []

    def first(self) -> Entry:
        """Nothing is known of this step yet."""
        if self.key.phase == "undo":
            # The undo overtook its command, or that was never sent: the command is refused later.
            entry, self.messages = inbox.close(
                self.session, self._entry("cancelled"), self.key, Done()
            )
            return entry
        deadline = self.envelope.deadline
        if deadline and deadline <= clock.now():
            self._reply("cancelled", "expired")
            return self._entry("cancelled")
        answer = self._obey()
        entry = self._entry("started")
        if isinstance(answer, Deferred):
            self._later(answer, begun=entry)
            return entry
        entry, self.messages = inbox.close(self.session, entry, self.key, answer)
        return entry

    def again(self, entry: Entry) -> None:
        """The step is known: a repetition, or its undoing."""
        if self.key.phase == "undo":
            self._undo(entry)
        elif entry.body_hash != inbox.body_hash(self.envelope) and entry.state != "cancelled":
            raise WrongBody(f"{self.envelope.type} repeats {self.key} with another body")
        elif entry.state in {"cancelled", "undone"}:
            self._reply("cancelled", "saga.cancelled")
        elif entry.reply:
            self.messages = entry.messages("do")
        else:
            self._reply("in_doubt", None)

    def _undo(self, entry: Entry) -> None:
        if entry.state in {"done", "started"}:
            answer = self._obey()
            if isinstance(answer, Deferred):
                self._later(answer)
                return
        elif entry.undo_reply:
            self.messages = entry.messages("undo")
            return
        else:
            answer = Done()
        after, self.messages = inbox.close(self.session, entry, self.key, answer)
        inbox.update(self.session, after)

    def _obey(self) -> Answer | Deferred:
        message: Command = read(self.envelope, self.task.kind)
        arguments = {"key": self.key} if self.task.takes_key else {}
        try:
            with savepoint(self.session) if self.careful else nullcontext():
                failpoint("command.before", self.key.label)
                answer = self.task.handler(self.session, message, **arguments)
                failpoint("command.after", self.key.label)
        except DomainError as refusal:
            if not self.careful and not self.task.refuses_before_writing:
                raise Careful from refusal
            return inbox.rejection(refusal)
        return answer or Done()

    def _later(self, work: Deferred, begun: Entry | None = None) -> None:
        self.slow.append(Open(self.key, work, self.envelope.traceparent, begun))

    def _reply(self, outcome: Any, code: str | None) -> None:
        reply = Reply(outcome=outcome, code=code)
        self.messages.append(reply_to(self.envelope, reply, source=self.service))

    def _entry(self, state: inbox.State) -> Entry:
        return Entry(
            source=self.key.saga,
            step=self.key.step,
            generation=self.key.generation,
            state=state,
            body_hash=inbox.body_hash(self.envelope),
            reply_to=self.envelope.reply_to or "",
            saga_type=self.envelope.saga_type or "",
            traceparent=self.envelope.traceparent,
        )


def _key(envelope: Envelope) -> SagaKey:
    if envelope.key is None:
        raise ValueError(f"{envelope.type} belongs to no saga")
    return envelope.key


def is_repetition(envelope: Envelope) -> bool:
    """Whether its step may be known: it was asked for before, or is to be undone."""
    key = envelope.key
    return key is not None and (key.attempt > 1 or key.phase == "undo")


def step_of(envelope: Envelope) -> tuple[UUID, str, int] | None:
    """What must not occur twice in one batch."""
    key = envelope.key
    return (key.saga, key.step, key.generation) if key else None
