"""Every message and what became of it, over HTTP."""

from typing import Any
from uuid import UUID

from libs.db.page import Page
from libs.db.transaction import reading
from libs.http.blueprint import Blueprint
from libs.http.operation import access
from libs.http.paging import PageArgs
from services.notifications.models.messages import Attempt, Feedback, Message
from services.notifications.queries import messages as queries
from services.notifications.schemas.messages import (
    AttemptPageSchema,
    FeedbackPageSchema,
    HistoryArgs,
    MessagePageSchema,
    MessageSchema,
)

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


@history.get("/history/<id('msg'):message_id>")
@access(roles=("admin",))
@history.response(200, MessageSchema)
def get_message(message_id: UUID) -> Message:
    """A message over any channel, and how far it has come."""
    with reading() as session:
        return queries.get_message(session, message_id)


@history.get("/<id('msg'):message_id>/attempts")
@access(roles=("admin",))
@history.arguments(PageArgs, location="query")
@history.response(200, AttemptPageSchema)
def list_attempts(args: dict[str, Any], message_id: UUID) -> Page[Attempt]:
    """The tries to deliver a message."""
    with reading() as session:
        return queries.list_attempts(session, message_id, **args)


@history.get("/<id('msg'):message_id>/feedback")
@access(roles=("admin",))
@history.arguments(PageArgs, location="query")
@history.response(200, FeedbackPageSchema)
def list_message_feedback(args: dict[str, Any], message_id: UUID) -> Page[Feedback]:
    """What the provider said later: delivered, deferred, bounced, complained."""
    with reading() as session:
        return queries.list_feedback(session, message_id, **args)
