"""What cms measures."""

from prometheus_client import Counter, Gauge

_publications = Counter(
    "cms_publications", "Versions that became public at the time they were scheduled for."
)
_overdue = Gauge(
    "cms_overdue_seconds", "How long a scheduled version has waited beyond its time, 0 if none."
)


def count_publications(number: int) -> None:
    """Count versions that were due and are public now."""
    _publications.inc(number)


def set_overdue(seconds: float) -> None:
    """Show how late the latest is."""
    _overdue.set(seconds)
