"""What each fact does to the projections: the same in any order and however often it is applied."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from libs.contracts.catalog import CategoryChanged, ProductChanged
from libs.contracts.inventory import BackInStock, StockLow, StockMoved
from libs.contracts.orders import (
    OrderCancelled,
    OrderConfirmed,
    OrderLinesSold,
    OrderPlaced,
    ReturnRequested,
    ReturnSettled,
)
from libs.messaging.message import Fact
from services.reports.commands import goods, outcomes, sales
from services.reports.commands.outcomes import PLACE_ORDER, RETURN_ORDER

Generations = list[int]


def _order_placed(session: Session, to: Generations, fact: OrderPlaced, at: datetime) -> None:
    outcomes.start(session, to, fact.order_id, PLACE_ORDER, fact.placed_at or at)


def _order_confirmed(session: Session, to: Generations, fact: OrderConfirmed, _: datetime) -> None:
    sales.add_sale(session, to, fact)
    outcomes.end(session, to, fact.order_id, PLACE_ORDER, "completed", fact.confirmed_at)


def _order_cancelled(session: Session, to: Generations, fact: OrderCancelled, _: datetime) -> None:
    at, code = fact.cancelled_at, fact.code
    outcomes.end(session, to, fact.order_id, PLACE_ORDER, "compensated", at, code)


def _lines_sold(session: Session, to: Generations, fact: OrderLinesSold, _: datetime) -> None:
    sales.add_lines(session, to, fact)


def _return_requested(
    session: Session, to: Generations, fact: ReturnRequested, _: datetime
) -> None:
    outcomes.start(session, to, fact.return_id, RETURN_ORDER, fact.requested_at)


def _return_settled(session: Session, to: Generations, fact: ReturnSettled, _: datetime) -> None:
    at, code = fact.settled_at, fact.code
    if fact.outcome == "refunded":
        sales.add_refund(session, to, fact)
        outcomes.end(session, to, fact.return_id, RETURN_ORDER, "completed", at)
    else:
        outcomes.end(session, to, fact.return_id, RETURN_ORDER, "compensated", at, code)


def _product_changed(session: Session, to: Generations, fact: ProductChanged, _: datetime) -> None:
    goods.keep_product(session, to, fact)


def _category_changed(
    session: Session, to: Generations, fact: CategoryChanged, _: datetime
) -> None:
    goods.keep_category(session, to, fact.category)


def _stock_moved(session: Session, to: Generations, fact: StockMoved, _: datetime) -> None:
    goods.add_movements(session, to, fact.movements)


def _stock_low(session: Session, to: Generations, fact: StockLow, _: datetime) -> None:
    goods.add_alert(session, to, fact.variant_id, "low", fact.at, fact.location)


def _back_in_stock(session: Session, to: Generations, fact: BackInStock, _: datetime) -> None:
    goods.add_alert(session, to, fact.variant_id, "back", fact.at)


APPLY: dict[type[Fact], Callable[[Session, Generations, Any, datetime], None]] = {
    OrderPlaced: _order_placed,
    OrderConfirmed: _order_confirmed,
    OrderLinesSold: _lines_sold,
    OrderCancelled: _order_cancelled,
    ReturnRequested: _return_requested,
    ReturnSettled: _return_settled,
    ProductChanged: _product_changed,
    CategoryChanged: _category_changed,
    StockMoved: _stock_moved,
    StockLow: _stock_low,
    BackInStock: _back_in_stock,
}
