"""People read what they were told in the application."""

from typing import Any
from uuid import UUID

from sqlalchemy import CursorResult, func, update
from sqlalchemy.orm import Session

from services.notifications.errors import MessageNotFound
from services.notifications.models.messages import Message


def mark_message(session: Session, *, user_id: UUID, message_id: UUID, read: bool) -> Message:
    """Note that the user has read it, or not. The first reading counts. Refused if not theirs."""
    read_at = func.coalesce(Message.read_at, func.now()) if read else None
    statement = (
        update(Message)
        .where(Message.id == message_id, Message.user_id == user_id, Message.channel == "in_app")
        .values(read_at=read_at)
        .returning(Message)
    )
    message = session.scalars(statement).one_or_none()
    if message is None:
        raise MessageNotFound("there is no such notification")
    return message


def mark_all_read(session: Session, *, user_id: UUID) -> int:
    """Note that the user has read everything; how much was unread."""
    result: CursorResult[Any] = session.execute(
        update(Message)
        .where(Message.user_id == user_id, Message.channel == "in_app", Message.read_at.is_(None))
        .values(read_at=func.now())
        .execution_options(synchronize_session=False)
    )  # type: ignore[assignment]  # an UPDATE gives a CursorResult
    return int(result.rowcount)
