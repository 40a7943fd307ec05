"""Every message and the attempts to deliver it, over HTTP."""

from typing import Any
from uuid import UUID

from libs.db.page import Page
from libs.db.transaction import reading
from libs.http.blueprint import Blueprint
from libs.http.operation import access
from libs.http.paging import PageArgs
from services.notifications import queries
from services.notifications.models import Attempt, Message
from services.notifications.schemas import AttemptPageSchema, HistoryArgs, MessagePageSchema

history = Blueprint(
    "notification_history",
    __name__,
    url_prefix="/api/v1/notifications",
    description="Every message and whether it reached its recipient.",
)


@history.get("/history")
@access(roles=("admin",))
@history.arguments(HistoryArgs, location="query")
@history.response(200, MessagePageSchema)
def list_messages(args: dict[str, Any]) -> Page[Message]:
    """All messages over all channels, newest first."""
    with reading() as session:
        return queries.list_history(session, **args)


@history.get("/<id('msg'):message_id>/attempts")
@access(roles=("admin",))
@history.arguments(PageArgs, location="query")
@history.response(200, AttemptPageSchema)
def list_attempts(args: dict[str, Any], message_id: UUID) -> Page[Attempt]:
    """The tries to deliver a message."""
    with reading() as session:
        return queries.list_attempts(session, message_id, **args)
