"""What notifications measure."""

from prometheus_client import Counter

_deliveries = Counter(
    "notifications_deliveries", "Attempts to deliver a message by outcome.", ("verdict",)
)


def count_delivery(verdict: str) -> None:
    """Count an attempt: delivered, refused or retry."""
    _deliveries.labels(verdict).inc()
