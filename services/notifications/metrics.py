"""What notifications measure."""

from prometheus_client import Counter, Gauge

_deliveries = Counter(
    "notifications_deliveries", "Attempts to deliver a message by outcome.", ("verdict",)
)
_oldest_queued = Gauge(
    "notifications_oldest_queued_seconds", "Age of the oldest message that is not delivered."
)


def count_delivery(verdict: str) -> None:
    """Count an attempt: delivered, refused or retry."""
    _deliveries.labels(verdict).inc()


def set_oldest_queued(seconds: float) -> None:
    """Show the age; 0 when everything is delivered."""
    _oldest_queued.set(seconds)
