"""Inventory's part in sagas, its projection of catalog, and its periodic work."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.orm import Session

from libs.contracts.catalog import ProductChanged
from libs.contracts.inventory import CommitStock, ReleaseStock, ReserveStock, ReturnStock
from libs.http.idempotency import purge_expired
from libs.messaging.message import Command
from libs.messaging.tasks import Tasks
from services.inventory import metrics, queries
from services.inventory.commands import (
    alerts,
    announcements,
    holds,
    ledger,
    reservations,
    returns,
    variants,
)

MARKS_PER_RUN = 500
MOVEMENTS_PER_RUN = 1_000
BACKORDERS_PER_RUN = 50
RESERVATIONS_PER_RUN = 50

tasks = Tasks("inventory")


@tasks.command(ReserveStock, refuses_before_writing=True)
def reserve_stock(session: Session, message: ReserveStock) -> None:
    """Hold every line of the order, or none."""
    holds.reserve_stock(session, message.order_id, message.lines)


@tasks.command(ReleaseStock)
def release_stock(session: Session, message: ReleaseStock) -> None:
    """Undo `reserve_stock`."""
    holds.release_stock(session, message.order_id)


@tasks.command(CommitStock)
def commit_stock(session: Session, message: CommitStock) -> None:
    """The order is paid: its stock leaves."""
    holds.commit_stock(session, message.order_id)


@tasks.command(ReturnStock, refuses_before_writing=True)
def return_stock(session: Session, message: ReturnStock) -> None:
    """Returned pieces lie on the shelf again."""
    returns.return_stock(
        session, order_id=message.order_id, return_id=message.return_id, lines=message.lines
    )


@tasks.locks_batch
def lock_levels(session: Session, messages: Sequence[Command]) -> None:
    """Lock the levels of all orders of a batch."""
    variant_ids, order_ids = set[UUID](), set[UUID]()
    for message in messages:
        if isinstance(message, ReserveStock):
            variant_ids.update(line.variant_id for line in message.lines)
        elif isinstance(message, ReleaseStock | CommitStock | ReturnStock):
            order_ids.add(message.order_id)
    holds.lock_levels(session, variant_ids=variant_ids, references=order_ids)


@tasks.fact(ProductChanged)
def project_product(session: Session, fact: ProductChanged) -> None:
    """Know the product's variants."""
    variants.project_product(session, fact)


@tasks.every(seconds=0.25, when=announcements.has_marks)
def announce_levels(session: Session) -> int:
    """Announce what changed; only a full batch is followed at once, so that changes gather."""
    taken = announcements.announce_levels(session, MARKS_PER_RUN)
    return taken if taken == MARKS_PER_RUN else 0


@tasks.every(seconds=1, when=alerts.has_marks)
def announce_crossings(session: Session) -> int:
    """Tell what has run low or is back; only a full batch is followed at once."""
    taken = alerts.announce_crossings(session, MARKS_PER_RUN)
    return taken if taken == MARKS_PER_RUN else 0


@tasks.every(seconds=1, when=ledger.has_news)
def announce_movements(session: Session) -> int:
    """Announce what the ledger has gained; only a full batch is followed at once."""
    announced = ledger.announce_movements(session, MOVEMENTS_PER_RUN)
    return announced if announced == MOVEMENTS_PER_RUN else 0


@tasks.every(seconds=5)
def expire_reservations(session: Session) -> int:
    """Give back timed reservations whose time is over."""
    return reservations.expire_reservations(session, RESERVATIONS_PER_RUN)


@tasks.every(seconds=5)
def serve_backorders(session: Session) -> int:
    """Let paid backorders leave once their stock has arrived."""
    return holds.serve_backorders(session, BACKORDERS_PER_RUN)


@tasks.every(seconds=15)
def measure_waiting(session: Session) -> int:
    """Show what waits to be announced, and what is owed."""
    metrics.set_waiting(
        marks=queries.count_marks(session), oldest_owed=queries.oldest_owed(session)
    )
    return 0


@tasks.every(seconds=600)
def purge_idempotency_keys(session: Session) -> int:
    """Forget the keys of requests that nobody repeats any more."""
    return purge_expired(session)
