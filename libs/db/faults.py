"""Which database errors pass by themselves, and how."""

from collections.abc import Iterator

import psycopg2
from sqlalchemy.exc import TimeoutError as PoolTimeout

# Serialization failure, deadlock, lock timeout: the same transaction may succeed at once.
_CONTENTION = {"40001", "40P01", "55P03"}
# The server is stopping, starting or gone (class 57P), or the connection broke (class 08).
_OUTAGE_PREFIXES = ("57P", "08", "53")


def is_contention(fault: BaseException) -> bool:
    """Whether another transaction was in the way."""
    return any(getattr(error, "pgcode", None) in _CONTENTION for error in _chain(fault))


def is_outage(fault: BaseException) -> bool:
    """Whether the database cannot be reached at the moment."""
    return any(_gone(error) for error in _chain(fault))


def violated(fault: BaseException) -> str | None:
    """The constraint that refused a row, if that was the fault."""
    for error in _chain(fault):
        if isinstance(error, psycopg2.IntegrityError):
            return error.diag.constraint_name
    return None


def _gone(error: BaseException) -> bool:
    if isinstance(error, PoolTimeout):
        return True
    if not isinstance(error, psycopg2.OperationalError | psycopg2.InterfaceError):
        return False
    return error.pgcode is None or error.pgcode.startswith(_OUTAGE_PREFIXES)


def _chain(fault: BaseException) -> Iterator[BaseException]:
    """The error and what it wraps."""
    current: BaseException | None = fault
    while current is not None:
        yield current
        current = getattr(current, "orig", None) or current.__cause__
