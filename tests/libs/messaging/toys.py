"""A service without business: its commands do what their payload says."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar
from uuid import UUID, uuid4

from flask import Flask
from sqlalchemy import text
from sqlalchemy.orm import Session

from libs.db.transaction import transaction
from libs.errors import Conflict
from libs.messaging.batch import Delivery, Executor, Kind, Result
from libs.messaging.message import Command, Envelope, Fact, Payload, Phase, Reply, SagaKey
from libs.messaging.outbox import announce
from libs.messaging.tasks import Answer, Deferred, Done, InDoubt, Rejected, Tasks, Waiting
from libs.messaging.wire import Outgoing, pack, read, unpack


class Take(Command, frozen=True, kw_only=True):
    """Writes a row, announces it, then ends as told."""

    wire_name: ClassVar[str] = "toys.take.v1"

    end: str = "done"


class GiveBack(Command, frozen=True, kw_only=True):
    """Undoes `Take`."""

    wire_name: ClassVar[str] = "toys.give_back.v1"

    end: str = "done"


class Look(Command, frozen=True, kw_only=True):
    """Refuses before it writes."""

    wire_name: ClassVar[str] = "toys.look.v1"

    end: str = "done"


class Charge(Command, frozen=True, kw_only=True):
    """Slow work; the call's result is what the payload says."""

    wire_name: ClassVar[str] = "toys.charge.v1"

    end: str = "done"


class Refund(Command, frozen=True, kw_only=True):
    """Slow work that undoes `Charge`."""

    wire_name: ClassVar[str] = "toys.refund.v1"

    end: str = "done"


class Taken(Fact, frozen=True, kw_only=True):
    """Announced by every command that wrote."""

    wire_name: ClassVar[str] = "toys.taken.v1"

    by: str


class SoldOut(Conflict):
    """There is nothing left to take."""

    code = "toys.sold_out"


tasks = Tasks("toys")


def write(session: Session, what: str) -> None:
    session.execute(text("INSERT INTO effect (what) VALUES (:what)"), {"what": what})


@tasks.command(Take)
def take(session: Session, message: Take) -> Answer | None:
    write(session, "take")
    announce(session, Taken(by="take"))
    return _end(session, message.end)


@tasks.command(GiveBack)
def give_back(session: Session, message: GiveBack) -> Answer | None:
    write(session, "give back")
    announce(session, Taken(by="give back"))
    return _end(session, message.end)


@tasks.command(Look, refuses_before_writing=True)
def look(session: Session, message: Look) -> None:
    if message.end != "done":
        raise SoldOut("nothing left")
    write(session, "look")


@tasks.command(Charge)
def charge(session: Session, message: Charge, key: SagaKey) -> Deferred:
    write(session, f"note {key.step}")
    return Deferred(call=lambda: _call(message.end), complete=record)


@tasks.command(Refund)
def refund(session: Session, message: Refund, key: SagaKey) -> Deferred:
    write(session, f"note {key.phase} {key.step}")
    return Deferred(call=lambda: _call(message.end), complete=record)


def record(session: Session, key: SagaKey, result: str | Exception) -> Answer | None:
    write(session, f"record {key.phase}")
    announce(session, Taken(by=f"record {key.phase}"))
    if isinstance(result, TimeoutError):
        return InDoubt(str(result))
    if isinstance(result, Exception):
        raise result
    return _end(session, result)


@tasks.fact(Taken)
def hear(session: Session, fact: Taken) -> None:
    write(session, f"heard {fact.by}")
    if fact.by == "caller":
        announce(session, Taken(by="echo"))
    if fact.by == "nobody":
        raise ZeroDivisionError


def _call(end: str) -> str:
    if end == "timeout":
        raise TimeoutError("no answer")
    return end


def _end(session: Session, end: str) -> Answer | None:
    match end:
        case "done":
            return None
        case "output":
            return Done({"shelf": 7})
        case "refuse":
            raise SoldOut("nothing left")
        case "reject":
            return Rejected("toys.no", "just no")
        case "wait":
            return Waiting({"url": "https://bank.test"})
        case "doubt":
            return InDoubt("who knows")
        case "explode":
            raise ZeroDivisionError
        case sql:
            session.execute(text(sql))
            return None


@dataclass
class Raw:
    """What is left of a message of the broker."""

    body: bytes
    headers: dict[str, Any] = field(default_factory=dict)


def command(
    payload: Payload,
    step: str = "take",
    phase: Phase = "do",
    *,
    saga: UUID | None = None,
    generation: int = 0,
    **more: Any,
) -> Outgoing:
    key = SagaKey(saga or uuid4(), step, generation, phase, 1)
    return pack(
        payload, source="shop", key=key, saga_type="shop.order", reply_to="shop.replies", **more
    )


def delivery(message: Outgoing, *, redelivered: bool = False) -> Delivery:
    envelope = unpack(message.body)
    kind: Kind = "fact" if envelope.key is None else "command"
    if envelope.type == Reply.wire_name:
        kind = "reply"
    return Delivery(envelope, kind, Raw(message.body, {"task": message.type}), redelivered)


class Participant:
    """The service behind its executor."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.executor = Executor(app, tasks, leader=None)
        self.sql("CREATE TABLE IF NOT EXISTS effect (id serial, what text NOT NULL)")

    def take(self, *messages: Outgoing) -> Result:
        """What one batch of these messages leads to."""
        return self.executor.process([delivery(message) for message in messages])

    def ask(self, *messages: Outgoing) -> list[str]:
        """The outcomes of the answers to a batch."""
        return outcomes(self.take(*messages).outgoing)

    def finish(self, result: Result) -> list[Outgoing]:
        """Make the slow calls and store what became of them."""
        finished = []
        for one in result.open:
            try:
                outcome: Any = one.work.call()
            except TimeoutError as fault:
                outcome = fault
            finished.append((one, outcome))
        return self.executor.complete(finished)

    def effects(self) -> list[str]:
        return [row[0] for row in self.sql("SELECT what FROM effect ORDER BY id")]

    def states(self) -> list[str]:
        return [row[0] for row in self.sql("SELECT state FROM inbox ORDER BY at")]

    def sql(self, statement: str) -> list[Any]:
        with self.app.app_context(), transaction() as session:
            result: Any = session.execute(text(statement))
            return list(result) if result.returns_rows else []


def replies(messages: Sequence[Outgoing]) -> list[Reply]:
    return [read(one, Reply) for one in envelopes(messages) if one.type == Reply.wire_name]


def outcomes(messages: Sequence[Outgoing]) -> list[str]:
    return [reply.outcome for reply in replies(messages)]


def announced(messages: Sequence[Outgoing]) -> list[str]:
    return [read(one, Taken).by for one in envelopes(messages) if one.type == Taken.wire_name]


def envelopes(messages: Sequence[Outgoing]) -> list[Envelope]:
    return [unpack(message.body) for message in messages]
