"""Goods that come back."""

from typing import Any
from uuid import UUID

from flask import Response

from libs.db.transaction import reading, transaction
from libs.http.blueprint import Blueprint
from libs.http.idempotency import once
from libs.http.operation import access, idempotent
from libs.ids import to_text
from services.orders.commands import returns as commands
from services.orders.errors import EmptyReturn
from services.orders.models.tables import Return
from services.orders.queries import orders as queries
from services.orders.routes.caller import viewer
from services.orders.schemas.orders import RequestReturnSchema, ReturnListSchema, ReturnSchema

returns = Blueprint(
    "returns",
    __name__,
    url_prefix="/api/v1/orders/<id('ord'):order_id>/returns",
    description="Returns of orders.",
)


@returns.post("")
@access(guest=True, owns="order")
@idempotent(required=True)
@returns.arguments(RequestReturnSchema)
@returns.response(202, ReturnSchema)
def request_return(body: dict[str, Any], order_id: UUID) -> Response:
    """Send goods back; the money follows."""
    pieces = {line["line_id"]: line["quantity"] for line in body["lines"]}
    if len(pieces) != len(body["lines"]):
        raise EmptyReturn("a line is named twice")
    with transaction() as session:

        def work() -> Return:
            order = queries.get_order(session, order_id, viewer(), lock=True)
            return_id = commands.request_return(session, order, pieces, body["reason"])
            session.expire_all()
            return queries.get_return(session, order_id, return_id)

        return once(session, work, schema=ReturnSchema, status=202, location=_location)


@returns.get("")
@access(guest=True, owns="order")
@returns.response(200, ReturnListSchema)
def list_returns(order_id: UUID) -> dict[str, Any]:
    """List an order's returns."""
    with reading() as session:
        queries.get_order(session, order_id, viewer())
        return {"data": queries.list_returns(session, order_id)}


@returns.get("/<id('ret'):return_id>")
@access(guest=True, owns="order")
@returns.response(200, ReturnSchema)
def get_return(order_id: UUID, return_id: UUID) -> Return:
    """Show a return."""
    with reading() as session:
        queries.get_order(session, order_id, viewer())
        return queries.get_return(session, order_id, return_id)


def _location(found: Return) -> str:
    order, own = to_text("ord", found.order_id), to_text("ret", found.id)
    return f"/api/v1/orders/{order}/returns/{own}"
