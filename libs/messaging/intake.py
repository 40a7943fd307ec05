"""From Celery's event loop to group commit: buffers what has arrived, then settles it together.

A registered task's `Strategy` decides what Celery does with a delivery. Ours puts it into a buffer
and handles the buffer on the loop's next turn, so an idle system waits for nothing and a busy one
pays for one commit, one burst of publishes and one acknowledgement per batch.
"""

import logging
import select
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from operator import attrgetter
from queue import Empty
from typing import Any

import msgspec

from libs.db.faults import is_outage
from libs.failpoints import failpoint
from libs.messaging.batch import Delivery, Executor, Hold, Kind, Result
from libs.messaging.buffer import FEW, Arrival, Buffer
from libs.messaging.commands import step_of
from libs.messaging.message import Envelope
from libs.messaging.publisher import Publisher, Unsent
from libs.messaging.slow import SlowCalls
from libs.messaging.wire import Outgoing, unpack

_log = logging.getLogger(__name__)
_FILL = 256
_PAUSE_SECONDS = 1.0
_FACTS_PAUSE_SECONDS = 0.002
# What a step has sent is back within a millisecond: to wait for it costs less than the loop's turn.
_LINGER_MILLISECONDS = 1
# Then the loop's timers have their turn.
_ROUNDS = 4
_KINDS: dict[str, Kind] = {"commands": "command", "events": "fact", "replies": "reply"}

Parked = tuple[str, Arrival, str]


class Intake:
    """The buffer of one broker connection."""

    def __init__(
        self,
        consumer: Any,
        executors: Mapping[str, Executor],
        publisher: Publisher,
        slow: SlowCalls,
    ) -> None:
        self.connection = consumer.connection
        self._consumer = consumer
        self._hub = consumer.hub
        self._executors = executors
        self._publisher = publisher
        self._slow = slow
        self._buffer = Buffer()
        self._scheduled = False
        self._sent = False
        self._broker_batches = self.connection.transport.driver_type == "amqp"

    def take(self, message: Any, refusal: str | None = None) -> None:
        """Buffer a delivery for the loop's next turn; a refusal says why it is to be parked."""
        self._buffer.add(message, refusal)
        self._schedule()

    def flush(self) -> None:
        """Handle everything that has arrived by now."""
        if self._consumer.connection is not self.connection:
            return  # the broker gives the messages of a lost connection to the next one
        try:
            self._work_off()
        except (*self.connection.connection_errors, *self.connection.channel_errors) as fault:
            # Celery's loop swallows all other errors of a timer, and would consume no more.
            raise ConnectionResetError(f"the broker's channel broke: {fault}") from fault

    def _work_off(self) -> None:
        """Handle what is there and what comes of it; what that brings needs no turn of its own."""
        self._scheduled = True
        pause: float | None = None
        try:
            self._drain()
            for _ in range(_ROUNDS):
                if not self._buffer:
                    return
                if self._slow.under_way and self._buffer.can_wait():
                    pause = _FACTS_PAUSE_SECONDS
                    return
                batch = self._buffer.take()
                if not self._settle(batch):
                    pause = _PAUSE_SECONDS
                    return
                self._drain(linger=self._sent and len(batch) <= FEW)
            pause = 0.0
        finally:
            self._scheduled = False
            if pause is not None:
                self._schedule(pause)

    def _drain(self, *, linger: bool = False) -> None:
        """Read what has already arrived, or is about to."""
        if not self._broker_batches:
            self._drain_lists()
            return
        if linger and not self._buffer.is_any_urgent():
            waiting = select.poll()
            waiting.register(self.connection.connection.sock, select.POLLIN)
            waiting.poll(_LINGER_MILLISECONDS)
        self._drain_socket()

    def _settle(self, batch: Sequence[Arrival]) -> bool:
        """Handle and acknowledge; after a fault hold the batch and everything behind it.

        No batch may get lost here: a later acknowledgement would settle it unhandled.
        """
        try:
            parked = self._handle(batch)
            for service, arrival, reason in parked:
                self._executors[service].park(arrival.message, reason)
        except Exception as fault:  # noqa: BLE001  # whatever it is, nothing was acknowledged
            expected = isinstance(fault, Hold | Unsent) or is_outage(fault)
            held = len(batch) + len(self._buffer)
            _log.warning("holding %d messages: %r", held, fault, exc_info=not expected)
            self._buffer.put_back(batch)
            return False
        self._acknowledge(batch)
        return True

    def _drain_socket(self) -> None:
        """Without waiting for more."""
        while len(self._buffer) < _FILL:
            try:
                self.connection.drain_events(timeout=0)
            except TimeoutError:
                return

    def _drain_lists(self) -> None:
        """kombu's Redis transport delivers one message a turn: take its neighbors in the lists."""
        waiting = {arrival.message.delivery_info["queue"]: arrival for arrival in self._buffer}
        for queue, arrival in waiting.items():
            channel = arrival.message.channel
            while len(self._buffer) < _FILL and channel.qos.can_consume():
                try:
                    message = channel._get(queue)
                except Empty:
                    break
                channel.connection._deliver(message, queue)

    def _handle(self, batch: Sequence[Arrival]) -> list[Parked]:
        """Process and publish; what is left for the dead letters, with the reasons."""
        self._sent = False
        by_service, parked = self._sort(batch)
        # Somebody waits for an answer, nobody for what a fact leads to.
        heard = {
            service: deliveries
            for service, deliveries in by_service.items()
            if all(one.kind == "fact" for one in deliveries)
        }
        self._serve({name: by_service[name] for name in by_service if name not in heard})
        self._serve(heard)
        return parked

    def _serve(self, by_service: Mapping[str, Sequence[Delivery]]) -> None:
        outgoing: list[Outgoing] = []
        results: list[tuple[Executor, Result]] = []
        for service, deliveries in by_service.items():
            executor = self._executors[service]
            for part in _without_repeats(deliveries):
                result = executor.process(part)
                # Its first half is durable now, so the call need not wait for the broker.
                self._slow.start(self._hub, executor, result.open)
                outgoing += result.outgoing
                results.append((executor, result))
        _pass("committed", by_service.values())
        self._sent |= bool(outgoing)
        # Holding what has no queue would not help: whoever misses it asks again.
        delivered = {one.id for one in self._publisher.deliver(outgoing)}
        for executor, result in results:
            executor.confirmed([one for one in result.outgoing if one.id in delivered])
        _pass("published", by_service.values())

    def _sort(self, batch: Sequence[Arrival]) -> tuple[dict[str, list[Delivery]], list[Parked]]:
        """By service, in the order of arrival; apart from them what cannot be read."""
        by_service: dict[str, list[Delivery]] = {}
        parked: list[Parked] = []
        for arrival in batch:
            message = arrival.message
            service, _, queue = message.delivery_info["queue"].partition(".")
            try:
                envelope = _read(arrival)
            except (ValueError, msgspec.MsgspecError) as fault:
                parked.append((service, arrival, f"unreadable: {fault}"))
                continue
            delivery = Delivery(envelope, _KINDS[queue], message, arrival.redelivered)
            by_service.setdefault(service, []).append(delivery)
        return by_service, parked

    def _acknowledge(self, batch: Sequence[Arrival]) -> None:
        """At once, unless something that was delivered before its last is still here."""
        if self._broker_batches:
            last = max(batch, key=attrgetter("tag"))
            if not self._buffer.has_older(last.tag):
                last.message.channel.basic_ack(last.tag, multiple=True)
                return
        for arrival in batch:
            arrival.message.ack()

    def _schedule(self, delay: float = 0.0) -> None:
        if self._scheduled:
            return
        self._scheduled = True
        # Not call_soon: what that adds while the loop runs its list waits for the next event.
        self._hub.call_later(delay, self.flush)


def _pass(moment: str, groups: Iterable[Sequence[Delivery]]) -> None:
    for deliveries in groups:
        for one in deliveries:
            failpoint(f"{one.kind}.{moment}", one.envelope.label)


def _read(arrival: Arrival) -> Envelope:
    """The envelope; a ValueError or MsgspecError says what is wrong with the message."""
    if arrival.refusal:
        raise ValueError(arrival.refusal)
    envelope = unpack(arrival.message.body)
    name = arrival.message.headers["task"]
    if envelope.type != name:
        raise ValueError(f"the header names {name}, the envelope {envelope.type}")
    return envelope


def _without_repeats(deliveries: Sequence[Delivery]) -> Iterator[list[Delivery]]:
    part: list[Delivery] = []
    seen: set[Any] = set()
    for delivery in deliveries:
        step = step_of(delivery.envelope) if delivery.kind == "command" else None
        if step in seen:
            yield part
            part, seen = [], set()
        part.append(delivery)
        if step:
            seen.add(step)
    yield part


def strategy(
    intakes: Callable[[Any], Intake],
) -> Callable[..., Callable[..., None]]:
    """A Celery task strategy that gives deliveries to the intake of the consumer's connection."""

    def start(_task: Any, _app: Any, consumer: Any, **_: Any) -> Callable[..., None]:
        def take(message: Any, *_rest: Any) -> None:
            intakes(consumer).take(message)

        return take

    return start
