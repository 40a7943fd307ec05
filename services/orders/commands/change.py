"""What people do to an order that exists."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from libs.saga.operator import Operator
from libs.saga.queries import get_saga
from libs.saga.reducer import SagaForbids
from libs.saga.state import Aborted
from services.orders.errors import IllegalTransition, OrderNotFound, TooLateToCancel
from services.orders.models import lifecycle
from services.orders.models.tables import Order
from services.orders.rules import FULFILMENT, may_become

_BY_BUYER = Aborted(code="orders.cancelled_by_customer", detail="the buyer cancelled")
_BY_OPERATOR = Aborted(code="orders.cancelled_by_operator", detail="the shop cancelled")


def cancel_order(
    session: Session, operator: Operator, order: Order, *, actor: str, by_buyer: bool
) -> None:
    """Undo an order whose money was not taken yet; one that was or is being undone stays so."""
    if order.status == "cancelled":
        return
    try:
        operator.act(session, order.id, _BY_BUYER if by_buyer else _BY_OPERATOR, actor=actor)
    except SagaForbids as refusal:
        if get_saga(session, order.id).status not in {"aborting", "compensated"}:
            detail = "the payment is being taken; return the order instead"
            raise TooLateToCancel(detail) from refusal


def move_order(session: Session, order_id: UUID, status: str) -> None:
    """Tell that the goods left or arrived."""
    current = session.scalar(select(Order.status).where(Order.id == order_id).with_for_update())
    if current is None:
        raise OrderNotFound("there is no such order")
    if not may_become(current, status):
        raise IllegalTransition(f"an order that is {current} cannot become {status}")
    lifecycle.progress(session, order_id, status, FULFILMENT[status])
