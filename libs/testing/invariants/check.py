"""Checks a whole shop once it has come to rest, and waits until it has."""

import time
from collections.abc import Iterable, Sequence

from kombu import Connection

from libs.testing.cluster import Cluster
from libs.testing.invariants.books import Books, Promise, queue_names
from libs.testing.invariants.goods import COUPONS, STOCK
from libs.testing.invariants.invariant import Invariant, Violation, audit
from libs.testing.invariants.money import MONEY
from libs.testing.invariants.orders import NOTICES, ORDERS
from libs.testing.invariants.sagas import MESSAGES, SAGAS

INVARIANTS = (*MONEY, *STOCK, *COUPONS, *ORDERS, *NOTICES, *SAGAS, *MESSAGES)
# What must be over before the books can be judged. O3: a saga that waits for its buyer although the
# payment is decided has missed an answer, and will ask for it.
_MOVING = {"G1", "O3", "B1", "B3", "M6-open", "S6", "N1-end"}
_REST = [one for one in INVARIANTS if one.name in _MOVING]
_PAUSE_SECONDS = 0.25


class NotQuiet(Exception):
    """The shop did not come to rest in time; the message says what still moves."""


def check(cluster: Cluster, promises: Iterable[Promise] = ()) -> list[Violation]:
    """Every promise that the shop breaks; `promises` is what its clients were told."""
    return _audit(cluster, INVARIANTS, promises)


def await_quiet(cluster: Cluster, seconds: float) -> None:
    """Return once no saga runs, nothing waits to be sent or handled, and all were told.

    A saga that waits for its buyer is at rest.
    """
    until = time.monotonic() + seconds
    while moving := _audit(cluster, _REST):
        if time.monotonic() > until:
            raise NotQuiet("\n".join(map(str, moving)))
        time.sleep(_PAUSE_SECONDS)


def open_books(cluster: Cluster, promises: Iterable[Promise] = ()) -> Books:
    """A copy of all that the cluster knows, for as long as the caller keeps it."""
    books = Books()
    for name, url in cluster.installation.servers.databases.items():
        books.add_service(name, url)
    books.add_journal(cluster.installation.journal)
    books.add_queues(_depths(cluster))
    books.add_promises(promises)
    return books


def _audit(
    cluster: Cluster, invariants: Sequence[Invariant], promises: Iterable[Promise] = ()
) -> list[Violation]:
    books = open_books(cluster, promises)
    try:
        return audit(books, invariants)
    finally:
        books.close()


def _depths(cluster: Cluster) -> dict[str, int]:
    with Connection(cluster.rabbit.url, connect_timeout=2) as connection:
        channel = connection.channel()
        return {
            name: channel.queue_declare(name, passive=True).message_count
            for name in queue_names(cluster.services)
        }
