"""What notifications measure."""

from prometheus_client import Counter, Gauge

_deliveries = Counter(
    "notifications_deliveries", "Attempts to deliver a message by outcome.", ("verdict",)
)
_feedback = Counter(
    "notifications_feedback", "What providers told later about messages.", ("provider", "kind")
)
_oldest_queued = Gauge(
    "notifications_oldest_queued_seconds", "Age of the oldest message that is not delivered."
)
_streams = Gauge(
    "notifications_streams", "Event streams that are open.", multiprocess_mode="livesum"
)


def count_delivery(verdict: str) -> None:
    """Count an attempt: delivered, refused or retry."""
    _deliveries.labels(verdict).inc()


def count_feedback(provider: str, kind: str) -> None:
    """Count a report of a provider."""
    _feedback.labels(provider, kind).inc()


def set_oldest_queued(seconds: float) -> None:
    """Show the age; 0 when everything is delivered."""
    _oldest_queued.set(seconds)


def set_streams(count: int) -> None:
    """Show how many streams the process holds open."""
    _streams.set(count)
