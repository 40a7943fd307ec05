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
_webhooks = Counter(
    "notifications_webhook_attempts", "Requests to merchants' endpoints by outcome.", ("outcome",)
)
_disabled = Counter(
    "notifications_webhook_endpoints_disabled", "Endpoints that failed until they were given up."
)
_oldest_webhook = Gauge(
    "notifications_oldest_webhook_seconds",
    "Age of the oldest event that waits for an endpoint that works.",
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


def count_webhook(*, delivered: bool) -> None:
    """Count a request to an endpoint."""
    _webhooks.labels("delivered" if delivered else "failed").inc()


def count_disabled_endpoint() -> None:
    """Count an endpoint that was given up."""
    _disabled.inc()


def set_oldest_webhook(seconds: float) -> None:
    """Show the age; 0 when every endpoint that works has been told everything."""
    _oldest_webhook.set(seconds)
