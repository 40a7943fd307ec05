"""What recommendations measures."""

from typing import Literal

from prometheus_client import Counter, Gauge

_shown = Counter(
    "recommendations_shown",
    "Products recommended, by why and by whose list; without a list the database was asked.",
    ("reason", "writer"),
)
_failures = Counter(
    "recommendations_store_failures",
    "Times that the store did not answer; when reading one in 2 s at most.",
    ("operation",),
)
_refused = Counter(
    "recommendations_refused_lists", "Lists of the store that were malformed or old.", ("writer",)
)
_oldest_waiting = Gauge(
    "recommendations_oldest_waiting_seconds", "How long the oldest interest waits to be counted."
)
for _operation in ("read", "write"):
    _failures.labels(_operation)


def count_shown(reason: str, writer: str) -> None:
    """Count a product of an answer."""
    _shown.labels(reason, writer).inc()


def count_store_failure(operation: Literal["read", "write"]) -> None:
    """Count a store that did not answer."""
    _failures.labels(operation).inc()


def count_refused_list(writer: str) -> None:
    """Count a list that could not be used."""
    _refused.labels(writer).inc()


def set_oldest_waiting(seconds: float) -> None:
    """Show the age; 0 when nothing waits."""
    _oldest_waiting.set(seconds)
