"""An order as an answer, at once or once its saga has decided."""

import time
from uuid import UUID

import msgspec
from flask import Response

from libs.db.transaction import reading
from libs.ids import from_text, to_text
from services.orders.models.tables import Order
from services.orders.queries import orders as queries
from services.orders.queries.orders import Viewer
from services.orders.schemas import OrderSchema

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


def waited(accepted: Response, seconds: float, viewer: Viewer) -> Response:
    """With `Prefer: wait` the decided order (201), or what was accepted if that takes longer."""
    if not seconds:
        return accepted
    order_id = from_text("ord", accepted.headers["Location"].rpartition("/")[2])
    if not _decided(order_id, time.monotonic() + seconds):
        return accepted
    with reading() as session:
        decided = answer(queries.get_order(session, order_id, viewer), 201)
    decided.headers["Preference-Applied"] = "wait"
    return decided


def _decided(order_id: UUID, deadline: float) -> bool:
    pause = _FIRST_PAUSE
    while True:
        with reading() as session:
            if not queries.is_pending(session, order_id):
                return True
        left = deadline - time.monotonic()
        if left <= 0:
            return False
        time.sleep(min(pause, left))
        pause = min(pause * 1.5, _LONGEST_PAUSE)
