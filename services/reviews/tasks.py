"""What reviews learn of orders."""

from sqlalchemy.orm import Session

from libs.contracts.orders import OrderConfirmed
from libs.contracts.reviews import CustomerDataExported, EraseCustomer, ExportCustomer
from libs.http.idempotency import purge_expired
from libs.messaging.tasks import Tasks
from libs.privacy import Words, take_part
from services.reviews import queries
from services.reviews.commands import privacy, purchases
from services.reviews.metrics import set_oldest_pending

tasks = Tasks("reviews")
take_part(
    tasks,
    Words(export=ExportCustomer, exported=CustomerDataExported, erase=EraseCustomer),
    collect=privacy.collect_customer,
    forget=privacy.erase_customer,
)


@tasks.fact(OrderConfirmed)
def keep_purchases(session: Session, fact: OrderConfirmed) -> None:
    """Who has bought something may review it; guests cannot be told apart."""
    if fact.customer_id is None:
        return
    bought = {line.product_id for line in fact.lines} | set(fact.product_ids)
    purchases.keep_purchases(session, fact.customer_id, bought, fact.order_id, fact.confirmed_at)


@tasks.every(seconds=60)
def measure_queue(session: Session) -> int:
    """Show how long reviews wait for a moderator."""
    set_oldest_pending(queries.oldest_pending(session))
    return 0


@tasks.every(seconds=600)
def purge_idempotency_keys(session: Session) -> int:
    """Forget the keys of requests that nobody repeats any more."""
    return purge_expired(session)
