"""What people do to an order that exists."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from libs.saga.operator import Operator
from libs.saga.reducer import SagaForbids
from libs.saga.state import Aborted
from services.orders.errors import IllegalTransition, TooLateToCancel
from services.orders.models import lifecycle
from services.orders.models.tables import Order
from services.orders.rules import FULFILMENT, may_become


def cancel_order(session: Session, operator: Operator, order: Order, actor: str) -> None:
    """Undo an order whose money was not taken yet; one that is cancelled stays so."""
    if order.status == "cancelled":
        return
    try:
        event = Aborted(code="orders.cancelled_by_customer", detail="the buyer cancelled")
        operator.act(session, order.id, event, actor=actor)
    except SagaForbids as refusal:
        raise TooLateToCancel("the payment is being taken; return the order instead") from refusal


def move_order(session: Session, order_id: UUID, status: str) -> None:
    """Tell that the goods left or arrived."""
    current = session.scalar(select(Order.status).where(Order.id == order_id).with_for_update())
    if current is None or not may_become(current, status):
        raise IllegalTransition(f"an order that is {current} cannot become {status}")
    lifecycle.progress(session, order_id, status, FULFILMENT[status])
