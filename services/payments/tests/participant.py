"""A saga's leader for tests: sends commands through the real batch executor, makes slow calls."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import msgspec
from flask import Flask

from libs import clock
from libs.contracts.payments import AuthorizePayment, CapturePayment, RefundPayment, VoidPayment
from libs.db.transaction import reading
from libs.ids import uuid7
from libs.messaging import inbox
from libs.messaging.batch import Delivery, Executor
from libs.messaging.commands import Open
from libs.messaging.message import Command, Envelope, Phase, Reply, SagaKey
from libs.messaging.wire import Outgoing
from services.payments.tasks import tasks

REPLY_TO = "orders.replies"
Step = tuple[str, Command]


@dataclass
class Leader:
    """One saga of one order."""

    app: Flask
    saga: UUID = field(default_factory=uuid7)
    order_id: UUID = field(default_factory=uuid7)
    amount: int = 1999
    currency: str = "EUR"

    def authorize(self, token: str = "tok_ok") -> Reply:  # noqa: S107 - a name of a behaviour
        return self.tell(*self.authorization(token))

    def capture(self) -> Reply:
        return self.tell(*self.capturing())

    def void(self) -> Reply:
        return self.tell(*self.voiding(), phase="undo")

    def refund(self, amount: int, return_id: UUID | None = None, step: str = "refund") -> Reply:
        return self.tell(*self.refunding(amount, return_id, step))

    def authorization(self, token: str = "tok_ok") -> Step:  # noqa: S107 - a name of a behaviour
        command = AuthorizePayment(
            order_id=self.order_id,
            provider="simulator",
            token=token,
            amount_minor=self.amount,
            currency=self.currency,
        )
        return "authorize_payment", command

    def capturing(self) -> Step:
        return "capture_payment", CapturePayment(order_id=self.order_id)

    def voiding(self) -> Step:
        return "authorize_payment", VoidPayment(order_id=self.order_id)

    def refunding(self, amount: int, return_id: UUID | None = None, step: str = "refund") -> Step:
        command = RefundPayment(
            order_id=self.order_id,
            return_id=return_id or uuid7(),
            amount_minor=amount,
            currency=self.currency,
        )
        return step, command

    def tell(self, step: str, command: Command, *, phase: Phase = "do") -> Reply:
        """Send the command and make its slow call: the last answer."""
        opened, replies = self.begin(step, command, phase=phase)
        return (replies + self.finish(opened))[-1]

    def begin(
        self, step: str, command: Command, *, phase: Phase = "do"
    ) -> tuple[list[Open], list[Reply]]:
        """The first transaction only, as if the worker died after it: the call that it owes."""
        executor = Executor(self.app, tasks, None)
        key = SagaKey(self.saga, step, 0, phase, 0)
        delivery = Delivery(self._envelope(key, command), "command", None, redelivered=False)
        result = executor.process([delivery])
        return result.open, _replies(result.outgoing)

    def finish(self, opened: list[Open]) -> list[Reply]:
        """The slow calls, and the transaction that stores their outcomes."""
        executor = Executor(self.app, tasks, None)
        outcomes = [(one, _call(one)) for one in opened]
        return _replies(executor.complete(outcomes))

    def answer(self, step: str, phase: Phase = "do") -> Reply | None:
        """The answer that is stored for the step."""
        with reading() as session:
            known = inbox.find(session, [SagaKey(self.saga, step, 0, phase, 0)])
        entry = known.get((self.saga, step, 0))
        text = entry and (entry.reply if phase == "do" else entry.undo_reply)
        if not text:
            return None
        return msgspec.json.decode(msgspec.json.decode(text, type=Envelope).data, type=Reply)

    def _envelope(self, key: SagaKey, command: Command) -> Envelope:
        return Envelope(
            id=uuid7(),
            type=command.wire_name,
            source="orders",
            time=clock.now(),
            data=msgspec.Raw(msgspec.json.encode(command)),
            key=key,
            saga_type="orders.place_order",
            reply_to=REPLY_TO,
        )


def _call(one: Open) -> Any:
    try:
        return one.work.call()
    except Exception as fault:  # noqa: BLE001 - an outcome like any other, as in the worker
        return fault


def _replies(messages: list[Outgoing]) -> list[Reply]:
    envelopes = [msgspec.json.decode(message.envelope, type=Envelope) for message in messages]
    return [msgspec.json.decode(envelope.data, type=Reply) for envelope in envelopes]
