"""Taking goods back: the return and its saga begin in one transaction."""

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from libs import clock
from libs.contracts.inventory import StockLine
from libs.ids import uuid7
from libs.saga import orchestrator
from services.orders.errors import EmptyReturn, NotReturnable
from services.orders.models import returning
from services.orders.models.tables import Order, OrderLine, Return, ReturnLine
from services.orders.rules import refund_for
from services.orders.sagas import RETURN_ORDER, ReturnPlan

_RETURNABLE = {"processing", "shipped", "delivered"}


def request_return(session: Session, order: Order, pieces: Mapping[UUID, int], reason: str) -> UUID:
    """Promise the refund of these pieces by line; refused if more would come back than was sold."""
    if not pieces:
        raise EmptyReturn("a return names at least one line")
    if order.status not in _RETURNABLE:
        raise NotReturnable(f"an order that is {order.status} cannot be returned")
    lines = _lock_lines(session, order.id, pieces)
    returned = Return(
        id=uuid7(),
        order_id=order.id,
        reason=reason,
        amount_minor=0,
        currency=order.currency,
        created_at=clock.now(),
    )
    session.add(returned)
    session.flush()
    for line in lines:
        count = pieces[line.id]
        amount = refund_for(line.total_minor, line.quantity, line.returned, count)
        line.returned += count
        returned.amount_minor += amount
        session.add(
            ReturnLine(return_id=returned.id, line_id=line.id, quantity=count, amount_minor=amount)
        )
    plan = ReturnPlan(
        order_id=order.id,
        return_id=returned.id,
        amount_minor=returned.amount_minor,
        currency=order.currency,
        lines=tuple(StockLine(line.variant_id, pieces[line.id]) for line in lines),
    )
    returning.requested(session, order.id, returned.id, returned.amount_minor)
    orchestrator.start(
        session, RETURN_ORDER, plan, saga_id=returned.id, business_key=str(returned.id)
    )
    return returned.id


def _lock_lines(session: Session, order_id: UUID, pieces: Mapping[UUID, int]) -> list[OrderLine]:
    wanted = (
        select(OrderLine)
        .where(OrderLine.order_id == order_id, OrderLine.id.in_(pieces))
        .order_by(OrderLine.id)
        .with_for_update()
    )
    lines = list(session.scalars(wanted))
    if len(lines) != len(pieces):
        raise NotReturnable("a line is not of this order")
    for line in lines:
        if line.returned + pieces[line.id] > line.quantity:
            raise NotReturnable(
                f"only {line.quantity - line.returned} of {line.sku} can still be returned"
            )
    return lines
