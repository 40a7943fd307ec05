"""What wishlists hears of articles, and its periodic work."""

from sqlalchemy.orm import Session

from libs.contracts.catalog import ProductChanged
from libs.contracts.inventory import StockChanged
from libs.contracts.wishlists import CustomerDataExported, EraseCustomer, ExportCustomer
from libs.http.idempotency import purge_expired
from libs.messaging.tasks import Tasks
from libs.privacy import Words, take_part
from services.wishlists import metrics
from services.wishlists.commands import alerts, privacy, projections
from services.wishlists.queries import oldest_due

ALERTS_PER_RUN = 200

tasks = Tasks("wishlists")
take_part(
    tasks,
    Words(export=ExportCustomer, exported=CustomerDataExported, erase=EraseCustomer),
    collect=privacy.collect_customer,
    forget=privacy.erase_customer,
)


@tasks.fact(ProductChanged)
def project_product(session: Session, fact: ProductChanged) -> None:
    """Know what is sold at which price, and who waited for that."""
    projections.project_product(session, fact)


@tasks.fact(StockChanged)
def project_stock(session: Session, fact: StockChanged) -> None:
    """Know what can be promised, and who waited for that."""
    projections.project_stock(session, fact)


@tasks.every(seconds=1)
def announce_alerts(session: Session) -> int:
    """Tell whoever reaches customers what is due, so many at a time."""
    announced = alerts.announce_due(session, ALERTS_PER_RUN)
    for fact in announced:
        metrics.count_alert(fact.kind)
    return len(announced) if len(announced) == ALERTS_PER_RUN else 0


@tasks.every(seconds=15)
def measure_delay(session: Session) -> int:
    """Show how long alerts wait to be announced."""
    metrics.set_oldest_due(oldest_due(session))
    return 0


@tasks.every(seconds=600)
def purge_idempotency_keys(session: Session) -> int:
    """Forget the keys of requests that nobody repeats any more."""
    return purge_expired(session)
