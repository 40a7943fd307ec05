"""What orders does besides leading its sagas, which the worker does from their definitions."""

from sqlalchemy.orm import Session

from libs.http.idempotency import purge_expired
from libs.messaging.tasks import Tasks

tasks = Tasks("orders")


@tasks.every(seconds=600)
def purge_idempotency_keys(session: Session) -> int:
    """Forget the keys of requests that nobody repeats any more."""
    return purge_expired(session)
