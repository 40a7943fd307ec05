"""What orders does besides leading its sagas, which the worker does from their definitions."""

from sqlalchemy.orm import Session

from libs.contracts.orders import CustomerDataExported, EraseCustomer, ExportCustomer
from libs.http.idempotency import purge_expired
from libs.messaging.tasks import Tasks
from libs.privacy import Words, take_part
from services.orders.commands import privacy

tasks = Tasks("orders")
take_part(
    tasks,
    Words(export=ExportCustomer, exported=CustomerDataExported, erase=EraseCustomer),
    collect=privacy.collect_customer,
    forget=privacy.erase_customer,
)


@tasks.every(seconds=600)
def purge_idempotency_keys(session: Session) -> int:
    """Forget the keys of requests that nobody repeats any more."""
    return purge_expired(session)
