"""The store of recommendations in Redis: fast, shared with others, and not needed to answer."""

import logging
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from services.recommendations import metrics
from services.recommendations.rules.places import Place
from services.recommendations.rules.ranking import Scored
from services.recommendations.store import lists
from services.recommendations.store.lists import OWN_WRITER, PREFIX, Refused

_log = logging.getLogger(__name__)
_FAILURES = (redis.RedisError, OSError)
_PROBE_EVERY = 2.0
_READ_TIMEOUTS = {"socket_connect_timeout": 0.05, "socket_timeout": 0.1}
_WRITE_TIMEOUTS = {"socket_connect_timeout": 0.5, "socket_timeout": 2.0}
# Longer than the time between two writings of a list, so only one that nobody writes goes.
_OWN_TTL = 3 * 24 * 3600
_SCAN = 500
# Tells a store that lost its data from one that was written.
_MARK = f"{PREFIX}:{OWN_WRITER}:written"


class StoreDown(Exception):
    """Redis did not answer in time, or did not do as it was told."""


class Found(NamedTuple):
    """A list and who wrote it."""

    writer: str
    items: list[Scored]


class Store:
    """Reading never fails and costs at most one 100 ms probe every two seconds while Redis is
    down; writing raises StoreDown. `writers` are in the order in which they are believed."""

    def __init__(
        self,
        url: str,
        writers: Sequence[str],
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._writers = tuple(writers)
        self._readable = _connect(url, _READ_TIMEOUTS)
        self._writable = _connect(url, _WRITE_TIMEOUTS)
        self._monotonic = monotonic
        self._probe_at = float("-inf")

    def read(self, places: Sequence[Place], now: datetime) -> dict[Place, Found]:
        """The lists that somebody wrote well: of the first writer who did. An empty list counts
        as none."""
        names = [lists.name(writer, place) for place in places for writer in self._writers]
        values = iter(self._values(names))
        found: dict[Place, Found] = {}
        for place in places:
            for writer, value in zip(self._writers, values, strict=False):
                items = _checked(writer, value, now) if place not in found else []
                if items:
                    found[place] = Found(writer, items)
        return found

    def write(
        self,
        written: Mapping[Place, Sequence[Scored]],
        now: datetime,
        *,
        writer: str = OWN_WRITER,
        model: str = "co-occurrence",
        seconds: int = _OWN_TTL,
    ) -> None:
        """Replace the writer's lists; one without items is removed."""
        pipeline = self._writable.pipeline(transaction=False)
        for place, items in written.items():
            if items:
                value = lists.encode(items, model, now)
                pipeline.set(lists.name(writer, place), value, ex=seconds)
            else:
                pipeline.unlink(lists.name(writer, place))
        self._do(pipeline.execute)

    def forget(self, places: Iterable[Place]) -> None:
        """Remove these lists, whoever wrote them."""
        writers = dict.fromkeys((*self._writers, OWN_WRITER))
        names = [lists.name(writer, place) for place in places for writer in writers]
        if names:
            self._do(lambda: self._writable.unlink(*names))

    def retain(self, places: Iterable[Place]) -> int:
        """Remove every list of our own but these; returns how many went."""
        kept = {lists.name(OWN_WRITER, place).encode() for place in places} | {_MARK.encode()}

        def sweep() -> int:
            pattern = f"{PREFIX}:{OWN_WRITER}:*"
            removed = 0
            for key in self._writable.scan_iter(match=pattern, count=_SCAN):
                if key not in kept:
                    removed += int(self._writable.unlink(key))
            return removed

        return int(self._do(sweep))

    def has_lost(self) -> bool:
        """Whether our lists are gone, or never were there."""
        return not self._do(lambda: self._writable.exists(_MARK))

    def mark_written(self) -> None:
        """From now on `has_lost` says no, until the data go."""
        self._do(lambda: self._writable.set(_MARK, lists.SCHEMA))

    def _values(self, names: Sequence[str]) -> Sequence[Any]:
        """What stands there, no more than the greatest list and a byte; a fault in its place where
        it cannot be read. Nothing at all while Redis is down."""
        if not names or self._monotonic() < self._probe_at:
            return []
        pipeline = self._readable.pipeline(transaction=False)
        for one in names:
            pipeline.getrange(one, 0, lists.MAX_BYTES)
        try:
            values: list[Any] = pipeline.execute(raise_on_error=False)
        except _FAILURES as fault:
            self._probe_at = self._monotonic() + _PROBE_EVERY
            metrics.count_store_failure("read")
            _log.warning("recommendations are answered without the store: %s", fault)
            return []
        return values

    def _do(self, work: Callable[[], Any]) -> Any:
        try:
            return work()
        except _FAILURES as fault:
            metrics.count_store_failure("write")
            raise StoreDown(str(fault)) from fault


def _connect(url: str, timeouts: Mapping[str, float]) -> "redis.Redis":
    # A pool of its own: unlike a plain client's, its connections are not tried three times.
    pool = redis.ConnectionPool.from_url(url, retry=Retry(NoBackoff(), 0), **timeouts)
    return redis.Redis(connection_pool=pool)


def _checked(writer: str, value: Any, now: datetime) -> list[Scored]:
    """The list, or nothing where there is none or one that is not as it has to be."""
    if value in (b"", None):
        return []
    try:
        return lists.decode(value, now)
    except Refused as fault:
        metrics.count_refused_list(writer)
        _log.warning("a list of %s in the store is not used: %s", writer, fault)
        return []
