"""The broker as the hand-written limits use it: py-amqp, quorum queues, publisher confirms."""

import time
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Any, NamedTuple
from urllib.parse import urlsplit
from uuid import UUID

import amqp
import msgspec

_PREFETCH = 256
_CONFIRM_SECONDS = 10.0
_decode = msgspec.json.Decoder(list[Any]).decode


class Letter(NamedTuple):
    """A message to be sent: to which queue, and what it says."""

    id: UUID
    queue: str
    text: str


class Arrival(NamedTuple):
    """A message that came, not acknowledged yet."""

    tag: int
    words: list[Any]


class Bus:
    """One connection with one channel, which consumes one queue and publishes to others.

    With `burst`, sending waits once for the confirms of all that it sent; without, confirms come
    in by and by and `confirmed` collects them.
    """

    def __init__(self, url: str, queue: str, *, burst: bool) -> None:
        place = urlsplit(url)
        vhost = place.path.removeprefix("/").replace("%2F", "/")
        self._burst = burst
        self._arrived: deque[Arrival] = deque()
        self._unconfirmed: dict[int, UUID] = {}
        self._last_tag = 0
        self.confirmed: list[UUID] = []
        self._connection = amqp.Connection(
            f"{place.hostname}:{place.port}", virtual_host=vhost, connect_timeout=5
        )
        self._connection.connect()
        channel = self._channel = self._connection.channel()
        channel.confirm_select()
        channel.events["basic_ack"].add(self._confirm)
        channel.queue_declare(
            queue, durable=True, auto_delete=False, arguments={"x-queue-type": "quorum"}
        )
        channel.basic_qos(0, _PREFETCH, a_global=False)
        channel.basic_consume(queue, callback=self._take)

    def receive(self, seconds: float, most: int) -> list[Arrival]:
        """Up to so many of the messages that have arrived; none only if nothing comes in time."""
        while not self._arrived and self._read(seconds):
            pass
        # One at a time needs no look at what else is there: it is read when its turn comes.
        while most > 1 and self._read(0):
            pass
        return [self._arrived.popleft() for _ in range(min(most, len(self._arrived)))]

    def send(self, letters: Sequence[Letter]) -> None:
        """Publish durably; see the class for what is waited for."""
        for letter in letters:
            message = amqp.Message(letter.text, delivery_mode=2)
            self._channel.basic_publish(message, routing_key=letter.queue, mandatory=True)
            self._last_tag += 1
            self._unconfirmed[self._last_tag] = letter.id
        until = time.monotonic() + _CONFIRM_SECONDS
        while self._burst and self._unconfirmed:
            if time.monotonic() > until:
                raise TimeoutError("the broker does not confirm")
            self._read(1.0)

    def acknowledge(self, arrivals: Sequence[Arrival]) -> None:
        """Settle these and all before them."""
        self._channel.basic_ack(arrivals[-1].tag, multiple=True)

    def take_confirmed(self, least: int) -> list[UUID]:
        """What was confirmed since the last call, once it is at least so much."""
        if len(self.confirmed) < least:
            return []
        taken, self.confirmed = self.confirmed, []
        return taken

    def _read(self, seconds: float) -> bool:
        with suppress(TimeoutError):
            self._connection.drain_events(timeout=seconds)
            return True
        return False

    def _take(self, message: Any) -> None:
        self._arrived.append(Arrival(message.delivery_tag, _decode(message.body)))

    def _confirm(self, delivery_tag: int, multiple: bool) -> None:
        for tag in self._settled(delivery_tag, multiple=multiple):
            self.confirmed.append(self._unconfirmed.pop(tag))

    def _settled(self, last: int, *, multiple: bool) -> Iterator[int]:
        return iter([tag for tag in self._unconfirmed if tag <= last] if multiple else [last])
