"""An order's events as they happen (HTML standard, server-sent events)."""

import time
from collections.abc import Iterator
from uuid import UUID

import msgspec
from flask import Response, stream_with_context

from libs.db.transaction import reading
from libs.service import service_settings
from services.orders.models.tables import OrderEvent
from services.orders.queries.orders import FINAL, list_events
from services.orders.settings import OrdersSettings

_PAUSE_SECONDS = 0.25
_KEEP_ALIVE_SECONDS = 15.0


def event_stream(order_id: UUID, last_event_id: str) -> Response:
    """Events after the given one; the stream ends with the order, or after a while."""
    after = int(last_event_id) if last_event_id.isascii() and last_event_id.isdigit() else 0
    seconds = service_settings(OrdersSettings).stream_seconds
    lines = stream_with_context(_lines(order_id, min(after, 2**31), seconds))
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return Response(lines, content_type="text/event-stream", headers=headers)


def _lines(order_id: UUID, after: int, seconds: float) -> Iterator[str]:
    end = time.monotonic() + seconds
    quiet_since = time.monotonic()
    yield "retry: 1000\n\n"
    while time.monotonic() < end:
        with reading() as session:
            events = list_events(session, order_id, after)
        for event in events:
            after = event.seq
            quiet_since = time.monotonic()
            yield _line(event)
            if event.kind in FINAL:
                return
        if time.monotonic() - quiet_since > _KEEP_ALIVE_SECONDS:
            quiet_since = time.monotonic()
            yield ": still here\n\n"
        time.sleep(_PAUSE_SECONDS)


def _line(event: OrderEvent) -> str:
    data = msgspec.json.encode({**event.data, "at": event.at}).decode()
    return f"id: {event.seq}\nevent: {event.kind}\ndata: {data}\n\n"
