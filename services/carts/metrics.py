"""What carts measures."""

from collections.abc import Iterator
from contextlib import contextmanager

from prometheus_client import Counter

from libs.errors import DomainError

_freezes = Counter("carts_freezes", "Carts that orders asked for, by outcome.", ("outcome",))


@contextmanager
def freeze_counted() -> Iterator[None]:
    """Count what becomes of the work inside: frozen, or the code of its refusal."""
    try:
        yield
    except DomainError as refusal:
        _freezes.labels(refusal.code).inc()
        raise
    _freezes.labels("frozen").inc()
