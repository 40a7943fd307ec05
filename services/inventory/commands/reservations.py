"""Hold stock for some time without an order. All times are the database's."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.orm import Session

from libs.contracts.inventory import StockLine
from libs.db.statement import Statement
from libs.ids import uuid7
from services.inventory.commands.holds import hold, lock_levels, release_stock
from services.inventory.commands.variants import find_variants
from services.inventory.errors import OutOfStock, ReservationNotFound

_EXPIRES_AT = Statement(
    """
    SELECT max(expires_at) FROM reservation
    WHERE reference = $1::uuid AND state = 'held' AND expires_at IS NOT NULL
    """
)

_EXPIRED = Statement(
    """
    SELECT reference FROM reservation
    WHERE state = 'held' AND expires_at <= now()
    GROUP BY reference ORDER BY min(expires_at) LIMIT $1::int
    """
)


class Reserved(NamedTuple):
    """A timed reservation."""

    reference: UUID
    expires_at: datetime


def reserve(session: Session, wanted: Sequence[tuple[str, int]], *, seconds: int) -> Reserved:
    """Hold these skus for so long, all or none. Refused with OutOfStock."""
    variants = find_variants(session, {sku for sku, _ in wanted})
    if unknown := sorted({sku for sku, _ in wanted} - variants.keys()):
        raise OutOfStock(f"there is no {', '.join(unknown)}", skus=unknown)
    reference = uuid7()
    lines = [StockLine(variants[sku], quantity) for sku, quantity in wanted]
    hold(session, reference, lines, seconds=seconds)
    return Reserved(reference, _expires_at(session, reference))


def cancel(session: Session, reference: UUID) -> None:
    """Give the stock back before its time. Refused with ReservationNotFound, also for an order."""
    _expires_at(session, reference)
    release_stock(session, reference)


def expire_reservations(session: Session, limit: int) -> int:
    """Give back what was held for too long; how many reservations there were."""
    references = [reference for (reference,) in _EXPIRED.rows(session, limit)]
    lock_levels(session, references=references)
    for reference in references:
        release_stock(session, reference)
    return len(references)


def _expires_at(session: Session, reference: UUID) -> datetime:
    row = _EXPIRES_AT.first(session, reference)
    moment: datetime | None = row[0] if row else None
    if moment is None:
        raise ReservationNotFound("there is no such reservation")
    return moment
