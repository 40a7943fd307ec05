"""What events measures."""

from prometheus_client import Counter, Gauge

_events = Counter("events_received", "Events received by what became of them.", ("outcome",))
_oldest_pending = Gauge(
    "events_oldest_pending_seconds", "How long the oldest stored batch waits for its streams."
)


def count(*, accepted: int, repeated: int, rejected: int) -> None:
    """Count the events of one batch."""
    _events.labels("accepted").inc(accepted)
    _events.labels("repeated").inc(repeated)
    _events.labels("rejected").inc(rejected)


def set_oldest_pending(seconds: float) -> None:
    """Show the age; 0 when nothing waits."""
    _oldest_pending.set(seconds)
