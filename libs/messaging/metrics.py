"""What Prometheus learns of messages; labels are bounded."""

from prometheus_client import Counter, Histogram

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


def observe_batch(service: str, size: int, seconds: float) -> None:
    """Count one batch."""
    _batch_size.labels(service).observe(size)
    _batch_seconds.labels(service).observe(seconds)
