"""An order's events as they happen (HTML standard, server-sent events)."""

import time
from collections.abc import Iterator
from uuid import UUID

import msgspec
from flask import Response, stream_with_context

from libs.db.transaction import reading
from libs.service import service_settings
from services.orders.models.tables import OrderEvent
from services.orders.queries.orders import has_ended, list_events
from services.orders.settings import OrdersSettings

_PAUSE_SECONDS = 0.25
_KEEP_ALIVE_SECONDS = 15.0
_DIGITS = 19


def event_stream(order_id: UUID, last_event_id: str) -> Response:
    """Events after the given one; the stream ends with the order, or after a while.

    204, which tells a client not to connect again, if the order has ended and all is known.
    """
    after = _number(last_event_id)
    with reading() as session:
        if has_ended(session, order_id) and not list_events(session, order_id, after):
            return Response(status=204)
    seconds = service_settings(OrdersSettings).stream_seconds
    lines = stream_with_context(_lines(order_id, after, seconds))
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return Response(lines, content_type="text/event-stream", headers=headers)


def _lines(order_id: UUID, after: int, seconds: float) -> Iterator[str]:
    end = time.monotonic() + seconds
    quiet_since = time.monotonic()
    yield "retry: 1000\n\n"
    while time.monotonic() < end:
        with reading() as session:
            # Asked first, so that the events read after it hold the last one.
            ended = has_ended(session, order_id)
            events = list_events(session, order_id, after)
        for event in events:
            after = event.seq
            quiet_since = time.monotonic()
            yield _line(event)
        if ended:
            return
        if time.monotonic() - quiet_since > _KEEP_ALIVE_SECONDS:
            quiet_since = time.monotonic()
            yield ": still here\n\n"
        time.sleep(_PAUSE_SECONDS)


def _number(text: str) -> int:
    """A number that an event can have; from the start for any other text."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < _DIGITS else 0


def _line(event: OrderEvent) -> str:
    data = msgspec.json.encode({**event.data, "at": event.at}).decode()
    return f"id: {event.seq}\nevent: {event.kind}\ndata: {data}\n\n"
