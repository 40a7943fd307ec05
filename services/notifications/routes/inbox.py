"""What a user was told, over HTTP."""

from typing import Any
from uuid import UUID

from libs.db.page import Page
from libs.db.transaction import reading, transaction
from libs.http.auth import user_id
from libs.http.blueprint import Blueprint
from libs.http.operation import access
from services.notifications.commands import reading as commands
from services.notifications.models.messages import Message
from services.notifications.queries import messages as queries
from services.notifications.schemas.messages import (
    InboxArgs,
    MarkedSchema,
    MarkNotificationSchema,
    NotificationPageSchema,
    NotificationSchema,
)

inbox = Blueprint(
    "notifications",
    __name__,
    url_prefix="/api/v1/notifications",
    description="What a user was told in the application.",
)


@inbox.get("")
@access(user=True, owns="notifications")
@inbox.arguments(InboxArgs, location="query")
@inbox.response(200, NotificationPageSchema)
def list_notifications(args: dict[str, Any]) -> Page[Message]:
    """The caller's notifications, newest first."""
    with reading() as session:
        return queries.list_inbox(session, user_id=user_id(), **args)


@inbox.patch("/<id('msg'):message_id>")
@access(user=True, owns="notifications")
@inbox.arguments(MarkNotificationSchema)
@inbox.response(200, NotificationSchema)
def mark_notification(body: dict[str, Any], message_id: UUID) -> Message:
    """Mark a notification as read or unread."""
    with transaction() as session:
        return commands.mark_message(
            session, user_id=user_id(), message_id=message_id, read=body["read"]
        )


@inbox.post("/mark-all-read")
@access(user=True, owns="notifications")
@inbox.response(200, MarkedSchema)
def mark_all_read() -> dict[str, int]:
    """Mark all of the caller's notifications as read."""
    with transaction() as session:
        return {"marked": commands.mark_all_read(session, user_id=user_id())}
