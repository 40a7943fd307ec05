"""What the shop announces on its bus, heard by a stranger."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import msgspec
from kombu import Connection, Exchange, Queue

from libs.messaging.topology import FACTS
from libs.testing.cluster import Cluster


class Ear:
    """Calling it gives the payloads of all facts so far; `headers` are those of the messages."""

    def __init__(self, queue: Any) -> None:
        self._queue = queue
        self._heard: list[dict[str, Any]] = []
        self.headers: list[dict[str, Any]] = []

    def __call__(self) -> list[dict[str, Any]]:
        while self._queue is not None and (message := self._queue.get(no_ack=True)) is not None:
            self._heard.append(_data(message.body))
            self.headers.append(message.headers)
        return self._heard

    def close(self) -> None:
        """From now on only what was heard so far."""
        self._queue = None


@contextmanager
def listening(cluster: Cluster, wire_name: str) -> Iterator[Ear]:
    """Hears all facts of that name since the block began; after it, no more."""
    with Connection(cluster.rabbit.url, connect_timeout=5) as connection:
        exchange = Exchange(FACTS, type="topic", passive=True)
        queue = Queue("", exchange, wire_name, exclusive=True, auto_delete=True)
        bound = queue(connection.channel())
        bound.declare()
        ear = Ear(bound)
        yield ear
        ear.close()


def _data(body: bytes | str) -> dict[str, Any]:
    """The payload, inside the envelope, inside the keywords of a Celery task."""
    decoded = msgspec.json.decode(body)
    return dict(decoded[1]["message"]["data"])
