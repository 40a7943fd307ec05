"""What Prometheus learns of database connections and of what spares them."""

from collections.abc import Iterator
from contextlib import contextmanager
from time import perf_counter

from prometheus_client import Counter, Histogram
from sqlalchemy.exc import TimeoutError as PoolTimeout

_waits = Histogram(
    "database_pool_wait_seconds",
    "Waits for a connection while every one of the process was in use.",
    ("service",),
    buckets=(0.001, 0.005, 0.025, 0.1, 0.5, 1.0),
)
_timeouts = Counter(
    "database_pool_timeouts", "Waits for a connection that were given up.", ("service",)
)
_cache_reads = Counter(
    "cache_reads",
    "Reads of what a process remembers, by what came of it: hit or miss.",
    ("channel", "outcome"),
)


def count_cache_read(channel: str, *, hit: bool) -> None:
    """Count a read that was spared the database, or was not."""
    _cache_reads.labels(channel, "hit" if hit else "miss").inc()


def expect(service: str) -> None:
    """Begin the counts at zero: Prometheus sees no increase in a series that begins with one."""
    _waits.labels(service)
    _timeouts.labels(service)


@contextmanager
def wait_timed(service: str) -> Iterator[None]:
    """Time the wait inside."""
    started = perf_counter()
    try:
        yield
    except PoolTimeout:
        _timeouts.labels(service).inc()
        raise
    finally:
        _waits.labels(service).observe(perf_counter() - started)
