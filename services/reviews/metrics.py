"""What reviews measure."""

from prometheus_client import Gauge

_oldest_pending = Gauge(
    "reviews_oldest_pending_seconds", "Age of the oldest review that waits for a moderator."
)


def set_oldest_pending(seconds: float) -> None:
    """Show the age; 0 when nothing waits."""
    _oldest_pending.set(seconds)
