"""Plays the broker and the worker processes of several services inside one process.

Handlers, inboxes, outboxes, sagas and databases are the real ones. Messages are delivered one by
one or in batches, in order or shuffled, and faults strike where a test put them.
"""

import time
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any

from flask import Flask

from libs import clock
from libs.contracts.subscriptions import SUBSCRIPTIONS
from libs.messaging import topology
from libs.messaging.batch import Delivery, Result
from libs.messaging.message import SagaKey
from libs.messaging.relay import Relay, attach
from libs.messaging.wire import Outgoing, unpack
from libs.messaging.worker import WorkerService
from libs.testing.faults import Died, Fault, Side
from libs.testing.node import Node

_LOST = _TWICE = 0.1
_KINDS: dict[str, Any] = {"commands": "command", "events": "fact", "replies": "reply"}

# One turn of the moved clock takes at least this long.
_REAL_SECONDS = 0.03


@dataclass(frozen=True)
class Parcel:
    """A message on its way to one service."""

    service: str
    queue: str
    message: Outgoing
    redelivered: bool = False

    @property
    def key(self) -> SagaKey | None:
        """The step it belongs to, also for an answer."""
        return unpack(self.message.body).key

    @property
    def side(self) -> Side:
        """Who handles it."""
        return "leader" if self.queue == "replies" else "participant"


@dataclass
class _Raw:
    """What the dead letters need of a broker's message."""

    body: bytes
    headers: dict[str, str]


class _Collector(Relay):
    """Gives to the pump what a transaction hands over after its commit."""

    def __init__(self, pump: "Pump") -> None:
        super().__init__("memory://")
        self._pump = pump

    def offer(self, app: Flask, messages: Sequence[Outgoing]) -> None:
        """Put the messages on their way; their rows go like those the broker confirmed."""
        self._pump.deliver(messages)
        self._pump.nodes[app.name].executor.confirmed(messages)


@dataclass
class Pump:
    """The services by name, what is on its way between them, and what goes wrong."""

    nodes: dict[str, Node] = field(default_factory=dict)
    flight: deque[Parcel] = field(default_factory=deque)
    held: list[Parcel] = field(default_factory=list)
    copies: list[Parcel] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    chance: Random | None = None
    ahead: timedelta = timedelta()

    def add(self, app: Flask, service: WorkerService) -> None:
        """Let a service take part; `app` is its context."""
        self.nodes[service.name] = Node(app, service, self.strike)
        attach(app, _Collector(self))

    @contextmanager
    def moved_clock(self) -> Iterator[None]:
        """While this lasts, the platform's clock is `ahead` of the real one."""
        real = clock.now

        def moved() -> datetime:
            return real() + self.ahead

        setattr(clock, "now", moved)  # noqa: B010  # the one seam that tests may move
        try:
            yield
        finally:
            setattr(clock, "now", real)  # noqa: B010  # as above

    def reset(self, *faults: Fault) -> None:
        """Forget what is on its way and what went wrong; from now on these faults strike."""
        self.flight.clear()
        self.held.clear()
        self.copies.clear()
        self.faults = list(faults)
        self.chance = None

    def strike(self, key: SagaKey | None, side: Side, *kinds: str) -> Fault | None:
        """The fault whose turn it is, counted."""
        for fault in self.faults:
            named = fault.kind in kinds or fault.moment in kinds
            if named and key and fault.meets(key, side):
                fault.fire(key)
                return fault
        return None

    def deliver(self, batch: Sequence[Outgoing]) -> Sequence[Outgoing]:
        """Put messages on their way, as a broker would; a queue that nobody has is an error."""
        for message in batch:
            if message.exchange == topology.FACTS:
                self.flight += self._heard(message)
                continue
            service, _, queue = message.routing_key.partition(".")
            if queue != "jobs":
                self.flight.append(Parcel(self.nodes[service].name, queue, message))
        return batch

    def drain(self, limit: int = 2000) -> None:
        """Deliver until nothing is on its way."""
        for _ in range(limit):
            if not self.flight:
                return
            if self.chance:
                self._deliver_some(self.chance)
            else:
                self._deliver(self.flight.popleft())
        raise AssertionError(f"messages never end: {list(self.flight)[:5]}")

    def beat(self, seconds: float = 0.0) -> None:
        """Move the clock, then give every sweep and every periodic task a turn."""
        self.ahead += timedelta(seconds=seconds)
        if seconds:
            # PostgreSQL's own clock is not moved: leases there need real time to lapse.
            time.sleep(_REAL_SECONDS)
        for node in self.nodes.values():
            node.beat(self)
        self.drain()

    def release(self) -> None:
        """Let arrive what was held, and the last copies of what was repeated."""
        late = [*self.held, *self.copies]
        self.held.clear()
        self.copies.clear()
        self.flight += late
        self.drain()

    def _heard(self, message: Outgoing) -> list[Parcel]:
        return [
            Parcel(name, "events", message)
            for name, facts in SUBSCRIPTIONS.items()
            if name in self.nodes and message.type in {fact.wire_name for fact in facts}
        ]

    def _deliver(self, parcel: Parcel) -> None:
        again = Parcel(parcel.service, parcel.queue, parcel.message, redelivered=True)
        fault = self.strike(parcel.key, parcel.side, "hold", "lose", "duplicate")
        match fault.kind if fault else None:
            case "hold":
                self.held.append(parcel)
            case "lose":
                return
            case "duplicate":
                self.flight.append(again)
                self.copies.append(again)
                self._handle([parcel])
            case _:
                self._handle([parcel])

    def _deliver_some(self, chance: Random) -> None:
        """A batch of one service in any order; some get lost, some come twice."""
        parcels = list(self.flight)
        chance.shuffle(parcels)
        service = parcels[0].service
        batch = [one for one in parcels if one.service == service][: chance.randint(1, 8)]
        taken = {id(one) for one in batch}
        self.flight = deque(one for one in parcels if id(one) not in taken)
        # A fact is kept by the broker until it is acknowledged; only what is asked again may go.
        arriving = [one for one in batch if one.key is None or chance.random() > _LOST]
        self.copies += [one for one in arriving if chance.random() < _TWICE]
        self.flight += [one for one in arriving if chance.random() < _TWICE]
        if arriving:
            self._handle(arriving)

    def _handle(self, parcels: Sequence[Parcel]) -> None:
        """As a worker process: handle, publish, acknowledge, then the slow calls."""
        again = [Parcel(one.service, one.queue, one.message, redelivered=True) for one in parcels]
        first, node = parcels[0], self.nodes[parcels[0].service]
        if self.strike(first.key, first.side, "before"):
            self.flight += again
            return
        try:
            result = node.executor.process([_delivery(one) for one in parcels])
        except Died:
            self.flight += again
            return
        if self.strike(first.key, first.side, "unpublished"):
            self.flight += again
            return
        self._publish(node, result)
        if self.strike(first.key, first.side, "unacknowledged"):
            self.flight += again
            return
        self._call(node, result)

    def _publish(self, node: Node, result: Result) -> None:
        self.deliver(result.outgoing)
        node.executor.confirmed(result.outgoing)

    def _call(self, node: Node, result: Result) -> None:
        for one in result.open:
            if self.strike(one.key, "slow", "before"):
                continue
            try:
                answers = node.call(one)
            except Died:
                continue
            if not self.strike(one.key, "slow", "unpublished"):
                self.deliver(answers)
                node.executor.confirmed(answers)


def _delivery(parcel: Parcel) -> Delivery:
    body = parcel.message.body
    raw = _Raw(body, {"task": parcel.message.type})
    return Delivery(unpack(body), _KINDS[parcel.queue], raw, parcel.redelivered)
