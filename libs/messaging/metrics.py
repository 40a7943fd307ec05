"""What Prometheus learns of messages; labels are bounded."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Literal

from prometheus_client import Counter, Gauge, Histogram

Publish = Literal["confirmed", "unroutable", "unsent"]
Turn = Literal["done", "broker", "database", "fault"]

failures = Counter(
    "message_failures", "Messages that a handler could not handle.", ("service", "type")
)
parked = Counter("messages_parked", "Messages sent to the dead-letter queue.", ("service",))
_batch_size = Histogram(
    "message_batch_size",
    "Messages in one transaction.",
    ("service",),
    buckets=(1, 2, 4, 8, 16, 32, 64),
)
_batch_seconds = Histogram("message_batch_seconds", "Time to handle one batch.", ("service",))
_wait_seconds = Histogram(
    "message_wait_seconds",
    "From the making of a batch's oldest message to the end of its handling.",
    ("service",),
    buckets=(0.01, 0.05, 0.25, 1, 5, 30, 120, 600),
)
_publishes = Counter(
    "message_publishes",
    "Batches given to the broker: confirmed, without a queue for some message, or not confirmed.",
    ("outcome",),
)
_job_seconds = Histogram(
    "job_seconds",
    "Time of one ordinary task, by what came of it: done, or parked as failed.",
    ("service", "type", "outcome"),
    buckets=(0.01, 0.05, 0.25, 1, 5, 30, 120),
)
_outbox_rows = Gauge(
    "outbox_rows", "Messages that wait to be confirmed; 10,001 stands for more.", ("service",)
)
_outbox_age = Gauge(
    "outbox_oldest_seconds", "Age of the oldest message of the outbox.", ("service",)
)
_turns = Counter(
    "timer_turns",
    "Turns of periodic work: done, or ended by a broker or database out of reach, or by a fault.",
    ("service", "task", "outcome"),
)
_last_turn = Gauge(
    "timer_last_success_timestamp_seconds",
    "When periodic work last did all it had to; at first when its worker started.",
    ("service", "task"),
)
_period = Gauge("timer_period_seconds", "Pause between two turns.", ("service", "task"))
_consuming = Gauge(
    "worker_consuming", "1 while the worker takes messages.", multiprocess_mode="max"
)
_standstill = Gauge(
    "worker_standstill_seconds",
    "For how long a loop of the worker has not turned; waiting for the broker is no standstill.",
    ("loop",),
    multiprocess_mode="max",
)


def expect(service: str, types: Sequence[str] = ()) -> None:
    """Begin the service's counts of failures at zero: Prometheus sees no increase in a series that
    begins with its first one."""
    parked.labels(service)
    for name in types:
        failures.labels(service, name)


def observe_batch(service: str, size: int, seconds: float, oldest: float) -> None:
    """Count one batch, whose oldest message was made so many seconds ago."""
    _batch_size.labels(service).observe(size)
    _batch_seconds.labels(service).observe(seconds)
    _wait_seconds.labels(service).observe(max(oldest, 0.0))


def count_publish(outcome: Publish) -> None:
    """Count one batch given to the broker."""
    _publishes.labels(outcome).inc()


@contextmanager
def job_timed(service: str, kind: str) -> Iterator[None]:
    """Time one ordinary task."""
    started, outcome = time.perf_counter(), "failed"
    try:
        yield
        outcome = "done"
    finally:
        _job_seconds.labels(service, kind, outcome).observe(time.perf_counter() - started)


def set_outbox(service: str, rows: int, oldest: float) -> None:
    """Show how much waits in the outbox, and how long the oldest of it has waited."""
    _outbox_rows.labels(service).set(rows)
    _outbox_age.labels(service).set(max(oldest, 0.0))


def timer_added(service: str, task: str, period: float) -> None:
    """Show periodic work before its first turn."""
    _period.labels(service, task).set(period)
    _last_turn.labels(service, task).set(time.time())


def count_turn(service: str, task: str, outcome: Turn) -> None:
    """Count one turn of periodic work."""
    _turns.labels(service, task, outcome).inc()
    if outcome == "done":
        _last_turn.labels(service, task).set(time.time())


def set_worker(*, consuming: bool, loop: float, timers: float) -> None:
    """Show whether the worker takes messages, and for how long its loops stand still."""
    _consuming.set(consuming)
    _standstill.labels("events").set(loop)
    _standstill.labels("timers").set(timers)
