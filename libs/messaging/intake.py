"""From Celery's event loop to group commit: buffers what has arrived, then settles it together.

A registered task's `Strategy` decides what Celery does with a delivery. Ours puts it into a buffer
and handles the buffer on the loop's next turn, so an idle system waits for nothing and a busy one
pays for one commit, one burst of publishes and one acknowledgement per batch.
"""

import logging
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import msgspec

from libs.messaging.batch import Delivery, Executor, Hold, Kind, Result
from libs.messaging.commands import Open, step_of
from libs.messaging.publisher import Publisher, Unsent
from libs.messaging.wire import Outgoing, unpack

_log = logging.getLogger(__name__)
BATCH = 64
_FILL = 256
_PAUSE_SECONDS = 1.0
_KINDS: dict[str, Kind] = {"commands": "command", "events": "fact", "replies": "reply"}


class SlowCalls:
    """Runs slow calls in a bounded pool of threads and brings the outcomes back to the loop."""

    def __init__(self, publisher: Publisher, threads: int) -> None:
        self._publisher = publisher
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="slow")
        self._finished: deque[tuple[Executor, Open, Any]] = deque()

    def start(self, hub: Any, executor: Executor, calls: Sequence[Open]) -> None:
        """Make the calls; each outcome, also an exception, is completed on the hub's thread."""
        for one in calls:
            self._pool.submit(self._run, hub, executor, one)

    def _run(self, hub: Any, executor: Executor, one: Open) -> None:
        try:
            outcome = one.work.call()
        except Exception as fault:  # noqa: BLE001  # an outcome like any other: complete() judges it
            outcome = fault
        self._finished.append((executor, one, outcome))
        hub.call_soon(self.finish)

    def finish(self) -> None:
        """Store the outcomes that have arrived and publish the answers."""
        by_executor: dict[Executor, list[tuple[Open, Any]]] = {}
        while self._finished:
            executor, one, outcome = self._finished.popleft()
            by_executor.setdefault(executor, []).append((one, outcome))
        for executor, finished in by_executor.items():
            for part in _slices(finished):
                messages = executor.complete(part)
                try:
                    self._publisher.publish(messages)
                except Unsent as fault:
                    # The answers are stored; the leader asks again and gets them then.
                    _log.warning("%d answers wait to be asked for: %s", len(messages), fault)


@dataclass(slots=True)
class Arrival:
    """A raw delivery; held ones count as redelivered, since they may have been handled before."""

    message: Any
    redelivered: bool


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
        self._buffer: deque[Arrival] = deque()
        self._scheduled = False
        self._broker_batches = self.connection.transport.driver_type == "amqp"

    def take(self, message: Any) -> None:
        """Buffer a delivery for the loop's next turn."""
        redelivered = bool(message.delivery_info.get("redelivered"))
        self._buffer.append(Arrival(message, redelivered))
        self._schedule()

    def flush(self) -> None:
        """Handle everything that has arrived by now."""
        self._scheduled = False
        if self._consumer.connection is not self.connection:
            return  # the broker gives the messages of a lost connection to the next one
        self._drain()
        while self._buffer:
            batch = [self._buffer.popleft() for _ in range(min(BATCH, len(self._buffer)))]
            try:
                self._handle(batch)
            except (Hold, Unsent) as fault:
                _log.warning("holding %d messages: %s", len(batch) + len(self._buffer), fault)
                for arrival in batch:
                    arrival.redelivered = True
                self._buffer.extendleft(reversed(batch))
                self._schedule(_PAUSE_SECONDS)
                return

    def _drain(self) -> None:
        """Read what already waits in the socket, without waiting for more."""
        while self._broker_batches and len(self._buffer) < _FILL:
            try:
                self.connection.drain_events(timeout=0)
            except TimeoutError:
                return

    def _handle(self, batch: Sequence["Arrival"]) -> None:
        outgoing: list[Outgoing] = []
        results: list[tuple[Executor, Result]] = []
        for executor, part in self._parts(batch):
            result = executor.process(part)
            outgoing += result.outgoing
            results.append((executor, result))
        self._publisher.publish(outgoing)
        self._acknowledge(batch)
        for executor, result in results:
            executor.confirmed(result.outgoing)
            self._slow.start(self._hub, executor, result.open)

    def _parts(self, batch: Sequence["Arrival"]) -> Iterator[tuple[Executor, list[Delivery]]]:
        """By service; a step that occurs twice starts another part, so that order is kept."""
        by_service: dict[str, list[Delivery]] = {}
        for arrival in batch:
            service, _, queue = arrival.message.delivery_info.get("queue", "").partition(".")
            try:
                envelope = unpack(arrival.message.body)
                kind = _KINDS[queue]
            except (KeyError, ValueError, msgspec.MsgspecError) as fault:
                self._executors[service].park(arrival.message, f"unreadable: {fault}")
                continue
            delivery = Delivery(envelope, kind, arrival.message, arrival.redelivered)
            by_service.setdefault(service, []).append(delivery)
        for service, deliveries in by_service.items():
            for part in _without_repeats(deliveries):
                yield self._executors[service], part

    def _acknowledge(self, batch: Sequence["Arrival"]) -> None:
        """One acknowledgement for the batch: all that was delivered before its last is settled."""
        last = batch[-1].message
        if self._broker_batches:
            last.channel.basic_ack(last.delivery_tag, multiple=True)
        else:
            for arrival in batch:
                arrival.message.ack()

    def _schedule(self, delay: float = 0.0) -> None:
        if self._scheduled:
            return
        self._scheduled = True
        # Not call_soon: what that adds while the loop runs its list waits for the next event.
        self._hub.call_later(delay, self.flush)


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


def _slices(items: Sequence[Any]) -> Iterator[Sequence[Any]]:
    for start in range(0, len(items), BATCH):
        yield items[start : start + BATCH]
