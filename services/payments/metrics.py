"""What payments measure."""

from prometheus_client import Counter, Gauge, Histogram

_seconds = Histogram(
    "payments_provider_seconds",
    "Time of one call to a provider, by what came of it.",
    ("provider", "kind", "outcome"),
    buckets=(0.005, 0.025, 0.1, 0.5, 1.0, 2.5, 5.0, 10.0),
)
_quarantined = Counter(
    "payments_quarantined", "Words of a provider that were genuine and not believed.", ("provider",)
)
_oldest_doubt = Gauge(
    "payments_oldest_doubt_seconds",
    "Age of the oldest request without a definite outcome, buyers' actions aside.",
    multiprocess_mode="mostrecent",
)
_oldest_held = Gauge(
    "payments_oldest_held_seconds",
    "Age of the oldest refund made at a provider that is not counted: more than was captured.",
    multiprocess_mode="mostrecent",
)


def observe_call(provider: str, kind: str, outcome: str, seconds: float) -> None:
    """Count one call."""
    _seconds.labels(provider, kind, outcome).observe(seconds)


def count_quarantined(provider: str) -> None:
    """Count words that a person has to look at."""
    _quarantined.labels(provider).inc()


def set_ages(*, doubt: float, held: float) -> None:
    """Show the ages; 0 where there is nothing."""
    _oldest_doubt.set(doubt)
    _oldest_held.set(held)
