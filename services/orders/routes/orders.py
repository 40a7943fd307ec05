"""Placing, reading, following and cancelling orders."""

import hashlib
from functools import partial
from typing import Any
from uuid import UUID

from flask import Response, request

from libs.db.page import Page
from libs.db.transaction import reading, transaction
from libs.errors import Conflict
from libs.failpoints import failpoint
from libs.http import etag
from libs.http.auth import principal
from libs.http.blueprint import Blueprint
from libs.http.gate import identity
from libs.http.idempotency import once, replayed
from libs.http.operation import access, idempotent, limited
from libs.http.paging import page_schema
from libs.ids import uuid7
from libs.saga.queries import get_saga, list_saga_events
from services.orders.commands import change, place
from services.orders.extension import extension
from services.orders.models.tables import Order
from services.orders.queries import orders as queries
from services.orders.routes.answer import answer, location, waited, without_reason
from services.orders.routes.caller import actor, guest_key, viewer
from services.orders.routes.stream import event_stream
from services.orders.schemas.orders import (
    MoveOrderSchema,
    OrderFilterSchema,
    OrderSchema,
    PlaceOrderSchema,
    TimelineSchema,
)

orders = Blueprint("orders", __name__, url_prefix="/api/v1/orders", description="Orders.")
_EVENT = 'id: 2\nevent: confirmed\ndata: {"status":"processing"}\n\n'
_EVENTS = {"text/event-stream": {"schema": {"type": "string"}, "example": _EVENT}}
_STREAM = {"responses": {"200": {"description": "One event for each change.", "content": _EVENTS}}}

# The cart has a request or an order already: if it is the caller's, that order is the answer.
_TAKEN = {"carts.cart_frozen", "carts.cart_closed", "orders.cart_already_ordered"}


@orders.post("")
@access(guest=True, owns="cart")
@idempotent(required=True)
@limited("checkout")
@orders.arguments(PlaceOrderSchema)
@orders.response(202, OrderSchema)
def place_order(body: dict[str, Any]) -> Response:
    """Place an order; its saga decides whether it is confirmed or cancelled."""
    with reading() as session:
        repeated = replayed(session)
    if repeated is not None:
        return waited(repeated, viewer(), 201, queries.is_under_way)
    try:
        return waited(_place(body), viewer(), 201, queries.is_under_way)
    except Conflict as refusal:
        return _same_order(refusal, body["cart_id"])


def _place(body: dict[str, Any]) -> Response:
    caller = principal()
    payment = body["payment"]
    frozen = extension().carts.post(
        f"/internal/carts/{body['cart_id']}/freeze",
        _freeze_request(body),
        place.FrozenCart,
        repeatable=True,
    )
    purchase = place.Purchase(
        email=body["email"],
        guest_key=guest_key(caller.cart_token),
        provider=payment["provider"],
        token=payment["token"],
    )
    with transaction() as session:
        work = partial(place.place_order, session, frozen, purchase)
        answered = once(session, work, schema=OrderSchema, status=202, location=location)
    failpoint("order.committed")
    return answered


def _freeze_request(body: dict[str, Any]) -> dict[str, Any]:
    """The same request finds the same promise, however often it is sent; another body does not."""
    caller = principal()
    key = f"{identity(caller)}\n{request.headers['Idempotency-Key']}\n".encode()
    total = body["expected_total"]
    return {
        "order_id": uuid7(),
        "request_key": hashlib.sha256(key + request.get_data()).hexdigest(),
        "user_id": caller.user_id,
        "cart_token": caller.cart_token,
        "shipping_address": body["shipping_address"],
        "expected_total": {"amount": total.amount, "currency": total.currency} if total else None,
    }


def _same_order(refusal: Conflict, cart_id: UUID) -> Response:
    if refusal.code not in _TAKEN:
        raise refusal
    with reading() as session:
        order_id = queries.find_live_order(session, cart_id, viewer())
        if order_id is None:
            raise refusal
        return answer(queries.get_order(session, order_id, viewer()), 200)


@orders.get("")
@access(guest=True, owns="orders")
@orders.arguments(OrderFilterSchema, location="query")
@orders.response(200, page_schema(OrderSchema))
def list_orders(args: dict[str, Any]) -> Page[Order]:
    """List one's own orders, newest first; an operator sees everybody's."""
    with reading() as session:
        return queries.list_orders(session, viewer(), **args)


@orders.get("/<id('ord'):order_id>")
@access(guest=True, owns="order")
@orders.response(200, OrderSchema)
def get_order(order_id: UUID) -> Order:
    """Show an order."""
    with reading() as session:
        order = queries.get_order(session, order_id, viewer())
    etag.check_if_none_match(order.version)
    return order


@orders.get("/<id('ord'):order_id>/timeline")
@access(guest=True, owns="order")
@orders.response(200, TimelineSchema)
def get_timeline(order_id: UUID) -> dict[str, Any]:
    """Show how the order came to be what it is, step by step."""
    seen_by = viewer()
    with reading() as session:
        order = queries.get_order(session, order_id, seen_by)
        saga = get_saga(session, order.id)
        events = list_saga_events(session, order.id)
    return {
        "order_id": order.id,
        "saga": saga.type,
        "status": saga.status,
        "trace_id": saga.trace_id,
        "data": events if seen_by.everybody else [without_reason(event) for event in events],
    }


@orders.get("/<id('ord'):order_id>/events")
@access(guest=True, owns="order")
@orders.doc(**_STREAM)
def stream_events(order_id: UUID) -> Response:
    """Follow an order as server-sent events; Last-Event-ID resumes."""
    with reading() as session:
        queries.get_order(session, order_id, viewer())
    return event_stream(order_id, request.headers.get("Last-Event-ID", "0"))


@orders.post("/<id('ord'):order_id>/cancel")
@access(guest=True, owns="order")
@orders.response(202, OrderSchema)
def cancel_order(order_id: UUID) -> Response:
    """Cancel an order that is not paid yet; everything it holds is given back."""
    with transaction() as session:
        order = queries.get_order(session, order_id, viewer())
        change.cancel_order(
            session,
            extension().operator,
            order,
            actor=actor(),
            by_buyer=not viewer().everybody,
        )
    with reading() as session:
        fresh = queries.get_order(session, order_id, viewer())
    return waited(answer(fresh, 202), viewer(), 200, queries.is_pending)


@orders.post("/<id('ord'):order_id>/transitions")
@access(roles=("admin",))
@orders.arguments(MoveOrderSchema)
@orders.response(200, OrderSchema)
def move_order(body: dict[str, Any], order_id: UUID) -> Order:
    """Say that the goods left or arrived."""
    with transaction() as session:
        change.move_order(session, order_id, body["status"])
        return queries.get_order(session, order_id, viewer())
