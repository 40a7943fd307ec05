"""What a process may remember of its database, until a notice or a short time ends it."""

import threading
import time
from collections.abc import Callable, Hashable
from typing import Generic, NamedTuple, TypeVar

from libs.db import metrics
from libs.db.notices import Listener

T = TypeVar("T")


class _Entry(NamedTuple, Generic[T]):
    value: T
    until: float


class Cache(Generic[T]):
    """Answers are no older than `seconds`; a notice on the channel makes it forget all at once.

    Whoever changes what is kept here calls `notify` in the same transaction. At most `size`
    entries are kept; the oldest goes first.
    """

    def __init__(self, channel: str, *, seconds: float, size: int) -> None:
        self._channel = channel
        self._seconds = seconds
        self._size = size
        self._listener = Listener(channel)
        self._lock = threading.Lock()
        self._entries: dict[Hashable, _Entry[T]] = {}
        self._generation = 0

    def get(self, key: Hashable, load: Callable[[], T]) -> T:
        """What is kept, or what `load` returns; what `load` raises is not kept."""
        started = time.monotonic()
        if self._listener.heard():
            self._forget()
        with self._lock:
            generation = self._generation
            entry = self._entries.get(key)
        if entry is not None and started < entry.until:
            metrics.count_cache_read(self._channel, hit=True)
            return entry.value
        metrics.count_cache_read(self._channel, hit=False)
        value = load()
        self._keep(key, _Entry(value, started + self._seconds), generation)
        return value

    def _forget(self) -> None:
        with self._lock:
            self._generation += 1
            self._entries.clear()

    def _keep(self, key: Hashable, entry: _Entry[T], generation: int) -> None:
        """Unless a notice came while it was loaded: it may be older than the notice."""
        with self._lock:
            if generation != self._generation:
                return
            self._entries.pop(key, None)
            if len(self._entries) >= self._size:
                del self._entries[next(iter(self._entries))]
            self._entries[key] = entry
