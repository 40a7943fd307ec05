"""What the shop announces on its bus, heard by a stranger."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import msgspec
from kombu import Connection, Exchange, Queue

from libs.messaging.topology import FACTS
from libs.testing.cluster import Cluster


@contextmanager
def listening(cluster: Cluster, wire_name: str) -> Iterator[Callable[[], list[dict[str, Any]]]]:
    """Yields a function that gives all facts of that name since the block began."""
    heard: list[dict[str, Any]] = []
    with Connection(cluster.rabbit.url, connect_timeout=5) as connection:
        channel = connection.channel()
        exchange = Exchange(FACTS, type="topic", passive=True)
        queue = Queue("", exchange, wire_name, exclusive=True, auto_delete=True)(channel)
        queue.declare()

        def so_far() -> list[dict[str, Any]]:
            while (message := queue.get(no_ack=True)) is not None:
                heard.append(_data(message.body))
            return heard

        yield so_far


def _data(body: bytes | str) -> dict[str, Any]:
    """The payload, inside the envelope, inside the keywords of a Celery task."""
    decoded = msgspec.json.decode(body)
    return dict(decoded[1]["message"]["data"])
