"""What inventory measures."""

from prometheus_client import Gauge

_marks = Gauge(
    "inventory_stock_marks", "Changes of stock that wait to be announced; 10,001 stands for more."
)
_oldest_owed = Gauge(
    "inventory_oldest_owed_seconds", "Age of the oldest paid backorder that has not left."
)


def set_waiting(*, marks: int, oldest_owed: float) -> None:
    """Show what waits; 0 where nothing does."""
    _marks.set(marks)
    _oldest_owed.set(oldest_owed)
