"""A user's notifications as they happen (HTML standard, server-sent events)."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from uuid import UUID

import msgspec
from flask import Flask, Response, current_app, request

from libs import ids
from libs.db.transaction import reading
from libs.http.auth import user_id
from libs.http.blueprint import PROBLEM_REFERENCE, Blueprint
from libs.http.operation import access
from libs.http.problems import Problem
from libs.service import service_settings
from services.notifications.extension import extension
from services.notifications.models.messages import Message
from services.notifications.queries.messages import list_news
from services.notifications.schemas.messages import NotificationSchema
from services.notifications.settings import NotificationsSettings

_PAUSE_SECONDS = 1.0
_KEEP_ALIVE_SECONDS = 10.0
# A message may become visible that much later than its id was made.
_WINDOW_SECONDS = 10.0
_AT_ONCE = 100
_RETRY_SECONDS = "5"
_shape = NotificationSchema()

stream = Blueprint(
    "notification_stream",
    __name__,
    url_prefix="/api/v1/notifications",
    description="Notifications as they happen.",
)


@stream.get("/stream")
@access(user=True, owns="notifications")
@stream.response(200, content_type="text/event-stream")
@stream.alt_response(429, PROBLEM_REFERENCE)
def stream_notifications() -> Response:
    """The caller's notifications as they happen; Last-Event-ID continues an earlier stream.

    Each comes at least once: after a break those of the last seconds before it come again.
    """
    caller = user_id()
    places = extension().places
    _check(places.take(caller))
    seconds = service_settings(NotificationsSettings).stream_seconds
    app = current_app._get_current_object()  # type: ignore[attr-defined]  # Flask's documented way
    lines = _lines(app, caller, _start(request.headers.get("Last-Event-ID", "")), seconds)
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    response = Response(lines, content_type="text/event-stream", headers=headers)
    # Not in the generator: one that was never begun would never give the place back.
    response.call_on_close(lambda: places.give_back(caller))
    return response


def _check(answer: str) -> None:
    match answer:
        case "too_many":
            raise Problem(
                429,
                "notifications.too_many_streams",
                "The caller has too many streams open already.",
                headers={"Retry-After": _RETRY_SECONDS},
                retryable=True,
            )
        case "none_free":
            raise Problem(
                503,
                "notifications.no_stream_free",
                "All streams are in use; ask for the list meanwhile.",
                headers={"Retry-After": _RETRY_SECONDS},
                retryable=True,
            )


def _lines(
    app: Flask, caller: UUID, start: tuple[float, set[UUID]], seconds: float
) -> Iterator[str]:
    end = time.monotonic() + seconds
    quiet_since = time.monotonic()
    since, seen = start
    yield "retry: 2000\n\n"
    while time.monotonic() < end:
        first = ids.first_uuid7_of(datetime.fromtimestamp(since, UTC))
        # The context is for the query alone: none stays behind in a thread that leaves the stream.
        with app.app_context(), reading() as session:
            news = list_news(session, user_id=caller, first=first, known=seen, limit=_AT_ONCE)
        for message in news:
            since = max(since, ids.made_at(message.id) - _WINDOW_SECONDS)
            quiet_since = time.monotonic()
            yield _line(message)
        seen = {one for one in seen.union(one.id for one in news) if ids.made_at(one) >= since}
        if time.monotonic() - quiet_since > _KEEP_ALIVE_SECONDS:
            quiet_since = time.monotonic()
            yield ": still here\n\n"
        time.sleep(_PAUSE_SECONDS)


def _start(last_event_id: str) -> tuple[float, set[UUID]]:
    """From when on to look, and what is known already; from now on for an id that is none."""
    try:
        last = ids.from_text("msg", last_event_id)
        since = min(ids.made_at(last), time.time())
    except ValueError:
        return time.time(), set()
    return since - _WINDOW_SECONDS, {last}


def _line(message: Message) -> str:
    data = msgspec.json.encode(_shape.dump(message)).decode()
    return f"id: {ids.to_text('msg', message.id)}\nevent: notification\ndata: {data}\n\n"
