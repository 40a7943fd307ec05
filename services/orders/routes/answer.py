"""An order as an answer: at once, once its saga has decided, and how it came about."""

import time
from collections.abc import Callable
from uuid import UUID

import msgspec
from flask import Response
from sqlalchemy.orm import Session

from libs.db.transaction import reading
from libs.http.prefer import holding, prefer_wait
from libs.ids import from_text, to_text
from libs.saga.queries import SagaEvent
from services.orders.models.tables import Order
from services.orders.queries import orders as queries
from services.orders.queries.orders import Viewer
from services.orders.schemas.orders import OrderSchema

Unfinished = Callable[[Session, UUID], bool]
_BY_OPERATOR = {"retried", "skipped", "aborted"}
_FIRST_PAUSE, _LONGEST_PAUSE = 0.01, 0.1
_schema = OrderSchema()


def location(order: Order) -> str:
    """Where the order is."""
    return f"/api/v1/orders/{to_text('ord', order.id)}"


def answer(order: Order, status: int) -> Response:
    """The order with that status code."""
    body = msgspec.json.encode(_schema.dump(order))
    response = Response(body, status=status, content_type="application/json")
    response.headers["Location"] = location(order)
    return response


def waited(accepted: Response, viewer: Viewer, status: int, unfinished: Unfinished) -> Response:
    """With `Prefer: wait` the order once it is finished, with that status code; still a 202 if its
    buyer has to act first. What was accepted, if that takes longer."""
    seconds = prefer_wait()
    if not seconds:
        return accepted
    order_id = from_text("ord", accepted.headers["Location"].rpartition("/")[2])
    with holding():
        finished_in_time = _finished(order_id, time.monotonic() + seconds, unfinished)
    if not finished_in_time:
        return accepted
    with reading() as session:
        order = queries.get_order(session, order_id, viewer)
    finished = answer(order, 202 if order.status == "pending" else status)
    finished.headers["Preference-Applied"] = "wait"
    return finished


def without_reason(event: SagaEvent) -> SagaEvent:
    """A transition for the buyer: an operator's note is not."""
    return msgspec.structs.replace(event, detail=None) if event.event in _BY_OPERATOR else event


def _finished(order_id: UUID, deadline: float, unfinished: Unfinished) -> bool:
    pause = _FIRST_PAUSE
    while True:
        with reading() as session:
            if not unfinished(session, order_id):
                return True
        left = deadline - time.monotonic()
        if left <= 0:
            return False
        time.sleep(min(pause, left))
        pause = min(pause * 1.5, _LONGEST_PAUSE)
