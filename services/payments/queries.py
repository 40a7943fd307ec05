"""Everything that reads payments."""

from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session, selectinload

from libs.db.page import Key, Page, fetch_page
from services.payments.errors import PaymentNotFound
from services.payments.models import LedgerEntry, Operation, Payment, PaymentEvent


def list_payments(
    session: Session, *, order_id: UUID | None, cursor: str | None, limit: int
) -> Page[Payment]:
    """Payments, newest first, of one order or of all."""
    statement = select(Payment)
    if order_id:
        statement = statement.where(Payment.order_id == order_id)
    # Identifiers sort by their time of birth.
    return fetch_page(session, statement, (Key(Payment.id, "desc"),), cursor, limit)


def get_payment(session: Session, payment_id: UUID) -> Payment:
    """One payment with its events and its ledger: a handful of rows each."""
    whole = (selectinload(Payment.events), selectinload(Payment.ledger))
    if payment := session.get(Payment, payment_id, options=whole):
        return payment
    raise PaymentNotFound("there is no such payment")


def oldest_doubt(session: Session) -> float:
    """Seconds since the oldest request was made that has no definite outcome yet."""
    age = func.extract("epoch", func.now() - func.min(Operation.created_at))
    return float(session.scalar(select(age).where(Operation.state == "sent")) or 0)


def oldest_held(session: Session) -> float:
    """Seconds since the oldest event came that is held and has not moved the ledger since."""
    counted = select(LedgerEntry.id).where(LedgerEntry.tx_id == PaymentEvent.id).exists()
    age = func.extract("epoch", func.now() - func.min(PaymentEvent.received_at))
    return float(session.scalar(select(age).where(PaymentEvent.verdict == "held", ~counted)) or 0)
