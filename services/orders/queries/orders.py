"""Reading orders: by their owner, by an operator."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, false, or_, select
from sqlalchemy.orm import Session, selectinload

from libs.db.page import Key, Page, fetch_page
from libs.db.statement import Statement
from services.orders.errors import OrderNotFound, ReturnNotFound
from services.orders.models.tables import Order, OrderEvent, Return

_is_pending = Statement("SELECT 1 FROM orders WHERE id = $1 AND status = 'pending'")
_is_under_way = Statement(
    "SELECT 1 FROM orders WHERE id = $1 AND status = 'pending' AND next_action_url IS NULL"
)
_has_ended = Statement(
    "SELECT 1 FROM orders WHERE id = $1 AND status IN ('cancelled', 'delivered')"
)


@dataclass(frozen=True)
class Viewer:
    """Whose orders may be seen: everybody's, a user's, or those of a guest's cart token."""

    user_id: UUID | None = None
    guest_key: str | None = None
    everybody: bool = False

    @property
    def rule(self) -> ColumnElement[bool] | None:
        """The orders of this viewer; None for no restriction."""
        if self.everybody:
            return None
        mine = [
            Order.customer_id == self.user_id if self.user_id else false(),
            Order.guest_key == self.guest_key if self.guest_key else false(),
        ]
        return or_(*mine)


def get_order(session: Session, order_id: UUID, viewer: Viewer, *, lock: bool = False) -> Order:
    """The order with its lines; OrderNotFound also for somebody else's."""
    statement = _visible(viewer).where(Order.id == order_id).options(selectinload(Order.lines))
    if lock:
        statement = statement.with_for_update()
    order = session.scalar(statement)
    if order is None:
        raise OrderNotFound("there is no such order")
    return order


def find_live_order(session: Session, cart_id: UUID, viewer: Viewer) -> UUID | None:
    """The order of this viewer that the cart became, unless it was cancelled."""
    statement = _visible(viewer).where(Order.cart_id == cart_id, Order.status != "cancelled")
    return session.scalar(statement.with_only_columns(Order.id))


def is_pending(session: Session, order_id: UUID) -> bool:
    """Whether the order's saga may still confirm or cancel it."""
    return _is_pending.first(session, order_id) is not None


def is_under_way(session: Session, order_id: UUID) -> bool:
    """Whether the order's saga is at work: neither over nor waiting for the buyer."""
    return _is_under_way.first(session, order_id) is not None


def has_ended(session: Session, order_id: UUID) -> bool:
    """Whether the order was cancelled or delivered; only returns can follow."""
    return _has_ended.first(session, order_id) is not None


def list_orders(
    session: Session,
    viewer: Viewer,
    *,
    status: str | None,
    email: str | None,
    cursor: str | None,
    limit: int,
) -> Page[Order]:
    """Orders, newest first. Identifiers grow with time, so they are the order."""
    statement = _visible(viewer).options(selectinload(Order.lines))
    if status:
        statement = statement.where(Order.status == status)
    if email:
        statement = statement.where(Order.email == email)
    return fetch_page(session, statement, [Key(Order.id, "desc")], cursor, limit)


def list_events(session: Session, order_id: UUID, after: int) -> list[OrderEvent]:
    """What happened to the order after event number `after`."""
    newer = and_(OrderEvent.order_id == order_id, OrderEvent.seq > after)
    return list(session.scalars(select(OrderEvent).where(newer).order_by(OrderEvent.seq)))


def list_returns(session: Session, order_id: UUID) -> list[Return]:
    """The returns of an order, oldest first."""
    statement = select(Return).where(Return.order_id == order_id).order_by(Return.id)
    return list(session.scalars(statement.options(selectinload(Return.lines))))


def get_return(session: Session, order_id: UUID, return_id: UUID) -> Return:
    """One return of that order."""
    statement = select(Return).where(Return.id == return_id, Return.order_id == order_id)
    found = session.scalar(statement.options(selectinload(Return.lines)))
    if found is None:
        raise ReturnNotFound("there is no such return")
    return found


def _visible(viewer: Viewer) -> Select[Order]:
    statement = select(Order)
    rule = viewer.rule
    return statement if rule is None else statement.where(rule)
