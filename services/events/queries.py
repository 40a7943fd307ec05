"""What events can be asked."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from libs import clock, ids
from services.events.models import PendingBatch


def oldest_pending(session: Session) -> float:
    """How many seconds the oldest batch waits to be sent; 0 when none does."""
    first = session.scalar(select(PendingBatch.id).order_by(PendingBatch.id).limit(1))
    return max(0.0, clock.now().timestamp() - ids.made_at(first)) if first else 0.0
