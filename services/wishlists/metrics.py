"""What wishlists measures."""

from prometheus_client import Counter, Gauge

_alerts = Counter("wishlists_alerts", "Alerts announced to customers by kind.", ("kind",))
_oldest_due = Gauge(
    "wishlists_oldest_due_seconds", "How long the oldest alert waits to be announced."
)


def count_alert(kind: str) -> None:
    """Count an alert that was announced: back_in_stock or price_drop."""
    _alerts.labels(kind).inc()


def set_oldest_due(seconds: float) -> None:
    """Show the age; 0 when nothing waits."""
    _oldest_due.set(seconds)
