"""What catalog measures."""

from prometheus_client import Counter, Gauge

_oldest_import = Gauge(
    "catalog_oldest_import_seconds", "Time since the unfinished import that rests longest moved on."
)
_oldest_stale = Gauge(
    "catalog_oldest_stale_listing_seconds",
    "Age of the oldest change of a category or brand that lists do not show yet.",
)
_without_index = Counter(
    "catalog_searches_without_index",
    "Searches that PostgreSQL answered for an index that was away.",
)


def count_search_without_index() -> None:
    """Count one search that had to do without the index it was meant for."""
    _without_index.inc()


def set_ages(*, resting_import: float, stale_listing: float) -> None:
    """Show the ages; 0 where there is nothing."""
    _oldest_import.set(resting_import)
    _oldest_stale.set(stale_listing)
