"""What catalog measures."""

from prometheus_client import Gauge

_oldest_import = Gauge(
    "catalog_oldest_import_seconds", "Time since the unfinished import that rests longest moved on."
)
_oldest_stale = Gauge(
    "catalog_oldest_stale_listing_seconds",
    "Age of the oldest change of a category or brand that lists do not show yet.",
)


def set_ages(*, resting_import: float, stale_listing: float) -> None:
    """Show the ages; 0 where there is nothing."""
    _oldest_import.set(resting_import)
    _oldest_stale.set(stale_listing)
