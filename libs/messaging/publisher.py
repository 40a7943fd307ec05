"""Confirmed publishing, bounded in time. A confirm alone is not enough: see the class."""

import logging
import socket
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from kombu import Connection
from kombu.exceptions import KombuError

from libs.messaging import metrics
from libs.messaging.topology import FACTS
from libs.messaging.wire import Outgoing

_log = logging.getLogger(__name__)
BUDGET_SECONDS = 2.0
_ERRORS = (OSError, KombuError, socket.timeout)


class Unsent(Exception):
    """Some messages of the batch may not have reached a queue; sending them again is safe."""


class Unroutable(Unsent):
    """No queue takes these messages; every other one of the batch has reached its queue."""

    def __init__(self, returned: Mapping[str, str]) -> None:
        super().__init__("; ".join(sorted(set(returned.values()))))
        self.ids = frozenset(returned)


class Publisher:
    """Publishes batches on a connection of its own; for one thread at a time.

    A command that no queue takes is confirmed and dropped by RabbitMQ, so all but facts are sent
    `mandatory`. After any error the connection is thrown away: a late confirm would otherwise
    count for the wrong message, and closing a blocked channel politely can wait for ever.
    """

    def __init__(self, url: str, budget: float = BUDGET_SECONDS) -> None:
        self._url = url
        self._budget = budget
        self._connection: Any = None
        self._channel: Any = None
        self._confirms = _Confirms(enabled=False)

    def publish(self, batch: Sequence[Outgoing]) -> None:
        """Return once every message is in its queue; raise Unsent after the budget or an error."""
        if not batch:
            return
        try:
            self._try(batch, time.monotonic() + self._budget)
        except Unroutable:
            metrics.count_publish("unroutable")
            raise
        except Unsent:
            metrics.count_publish("unsent")
            raise
        metrics.count_publish("confirmed")

    def deliver(self, batch: Sequence[Outgoing]) -> Sequence[Outgoing]:
        """As `publish`, but what no queue takes is only logged; the rest is the result."""
        try:
            self.publish(batch)
        except Unroutable as fault:
            _log.error("%d messages have no queue: %s", len(fault.ids), fault)
            return [message for message in batch if str(message.id) not in fault.ids]
        return batch

    def _try(self, batch: Sequence[Outgoing], deadline: float) -> None:
        fresh = self._connection is None
        try:
            self._send(batch, deadline)
        except Unroutable:
            raise
        except Unsent:
            self.close()
            raise
        except self._broken() as fault:
            self.close()
            if fresh:
                raise Unsent(str(fault) or type(fault).__name__) from fault
            # A connection that went stale while idle shows it only now; one fresh try is safe.
            self._try(batch, deadline)

    def close(self) -> None:
        """Forget the connection without a farewell."""
        connection, self._connection, self._channel = self._connection, None, None
        if connection is not None:
            connection.collect(socket_timeout=0.1)

    def _send(self, batch: Sequence[Outgoing], deadline: float) -> None:
        channel = self._open()
        self._confirms.reset()
        with self._one_write():
            self._publish(channel, batch)
        if self._confirms.enabled:
            self._wait(deadline)

    @contextmanager
    def _one_write(self) -> Iterator[None]:
        """Send what is written meanwhile together, so that the broker wakes once for a batch.

        An error leaves it held back: then the connection is thrown away.
        """
        sock = self._connection.connection.sock if self._confirms.enabled else None
        if sock is None or not hasattr(socket, "TCP_CORK"):
            yield
            return
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_CORK, 1)
        yield
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_CORK, 0)

    def _publish(self, channel: Any, batch: Sequence[Outgoing]) -> None:
        for message in batch:
            prepared = channel.prepare_message(
                message.body.decode(),
                content_type="application/json",
                content_encoding="utf-8",
                headers={"task": message.type, "id": str(message.id)},
                properties={"delivery_mode": 2},
            )
            channel.basic_publish(
                prepared,
                exchange=message.exchange,
                routing_key=message.routing_key,
                mandatory=message.exchange != FACTS,
            )
            self._confirms.sent += 1

    def _wait(self, deadline: float) -> None:
        while not self._confirms.complete:
            left = deadline - time.monotonic()
            if left <= 0:
                raise Unsent("the broker did not confirm in time")
            try:
                self._connection.drain_events(timeout=left)
            except TimeoutError:
                continue
        if self._confirms.refused:
            raise Unsent("the broker refused a message")
        if self._confirms.returned:
            raise Unroutable(self._confirms.returned)

    def _open(self) -> Any:
        if self._connection is None:
            options = {"confirm_publish": False, "read_timeout": 3, "write_timeout": 3}
            if not self._url.startswith("amqp"):
                options = {"socket_timeout": 3, "socket_connect_timeout": 2}
            self._connection = Connection(
                self._url, connect_timeout=2, heartbeat=0, transport_options=options
            )
            # `connect()` would try again after a pause that is longer than the budget.
            self._connection.ensure_connection(max_retries=0)
            self._channel = self._connection.channel()
            self._confirms = _Confirms(enabled=self._connection.transport.driver_type == "amqp")
            if self._confirms.enabled:
                self._confirms.listen(self._channel)
        return self._channel

    def _broken(self) -> tuple[type[BaseException], ...]:
        connection = self._connection
        if connection is None:
            return _ERRORS
        return (*_ERRORS, *connection.connection_errors, *connection.channel_errors)


class _Confirms:
    """Counts what the broker confirmed, refused or returned on one channel since the reset."""

    def __init__(self, *, enabled: bool) -> None:
        self.enabled = enabled
        self.sent = 0
        self.refused = False
        self.returned: dict[str, str] = {}
        self._base = 0
        self._settled: set[int] = set()
        self._up_to = 0

    def reset(self) -> None:
        self._base += self.sent
        self.sent = 0
        self.refused = False
        self.returned = {}

    @property
    def complete(self) -> bool:
        return self._up_to >= self._base + self.sent

    def listen(self, channel: Any) -> None:
        channel.confirm_select()
        channel.events["basic_ack"].add(self._on_ack)
        channel.events["basic_nack"].add(self._on_nack)
        channel.events["basic_return"].add(self._on_return)

    def _on_ack(self, delivery_tag: int, multiple: bool) -> None:
        self._settle(delivery_tag, multiple=multiple)

    def _on_nack(self, delivery_tag: int, multiple: bool) -> None:
        self.refused = True
        self._settle(delivery_tag, multiple=multiple)

    def _on_return(self, _fault: Any, exchange: str, routing_key: str, message: Any) -> None:
        self.returned[message.headers["id"]] = f"no queue takes {routing_key} of {exchange}"

    def _settle(self, tag: int, *, multiple: bool) -> None:
        if multiple:
            self._up_to = max(self._up_to, tag)
            self._settled = {other for other in self._settled if other > tag}
        else:
            self._settled.add(tag)
        while self._up_to + 1 in self._settled:
            self._up_to += 1
            self._settled.discard(self._up_to)
