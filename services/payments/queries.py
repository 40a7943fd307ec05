"""Everything that reads payments."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from libs.db.page import Key, Page, fetch_page
from services.payments.errors import PaymentNotFound
from services.payments.models import Payment


def list_payments(
    session: Session, *, order_id: UUID | None, cursor: str | None, limit: int
) -> Page[Payment]:
    """Payments, newest first, of one order or of all."""
    statement = select(Payment)
    if order_id:
        statement = statement.where(Payment.order_id == order_id)
    newest_first = (Key(Payment.created_at, "desc"), Key(Payment.id, "desc"))
    return fetch_page(session, statement, newest_first, cursor, limit)


def get_payment(session: Session, payment_id: UUID) -> Payment:
    """One payment with its events and its ledger: a handful of rows each."""
    whole = (selectinload(Payment.events), selectinload(Payment.ledger))
    if payment := session.get(Payment, payment_id, options=whole):
        return payment
    raise PaymentNotFound("there is no such payment")
