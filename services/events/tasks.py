"""What events hears of orders, and its periodic work."""

from datetime import timedelta

from sqlalchemy.orm import Session

from libs import clock
from libs.contracts.events import CustomerDataExported, EraseCustomer, ExportCustomer
from libs.contracts.orders import OrderConfirmed
from libs.messaging.tasks import Tasks
from libs.privacy import Words, take_part
from libs.service import service_settings
from services.events import metrics, queries, rules
from services.events.commands import intake, partitions, privacy, sending
from services.events.settings import EventsSettings

tasks = Tasks("events")
take_part(
    tasks,
    Words(export=ExportCustomer, exported=CustomerDataExported, erase=EraseCustomer),
    collect=privacy.collect_customer,
    forget=privacy.erase_customer,
)


@tasks.fact(OrderConfirmed)
def record_purchases(session: Session, fact: OrderConfirmed) -> None:
    """What was bought is behaviour too, also when the visitor's program said nothing."""
    intake.take(session, rules.purchases(fact), None)


@tasks.every(seconds=0.5, when=sending.can_send)
def send_events(session: Session) -> int:
    """Put stored events on their streams."""
    return sending.send(session)


@tasks.every(seconds=600)
def make_partitions(session: Session) -> int:
    """Have today's and tomorrow's partition before anybody needs it."""
    today = clock.now().date()
    partitions.ensure(session, (today, today + timedelta(days=1)))
    return 0


@tasks.every(seconds=600)
def drop_partitions(session: Session) -> int:
    """Drop a day that is kept no longer; a day's grace is left to what is on its way."""
    days = service_settings(EventsSettings).retention_days
    return partitions.drop_oldest(session, rules.first_day(clock.now(), days + 1))


@tasks.every(seconds=15)
def measure_delay(session: Session) -> int:
    """Show how long stored events wait for their streams."""
    metrics.set_oldest_pending(queries.oldest_pending(session))
    return 0
