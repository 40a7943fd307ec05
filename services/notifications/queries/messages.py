"""Reads messages and what became of them."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from libs.db.page import Key, Page, fetch_page
from services.notifications.errors import MessageNotFound
from services.notifications.models.messages import Attempt, Feedback, Message
from services.notifications.rules.messages import GIVE_UP_SECONDS


def list_inbox(
    session: Session, *, user_id: UUID, unread: bool | None, cursor: str | None, limit: int
) -> Page[Message]:
    """What the user was told in the application, newest first."""
    statement = select(Message).where(Message.user_id == user_id, Message.channel == "in_app")
    if unread is not None:
        is_unread = Message.read_at.is_(None)
        statement = statement.where(is_unread if unread else ~is_unread)
    return fetch_page(session, statement, [Key(Message.id, "desc")], cursor, limit)


def list_news(
    session: Session, *, user_id: UUID, first: UUID, known: Collection[UUID], limit: int
) -> Sequence[Message]:
    """What the user was told in the application from that id on, oldest first, less the known."""
    statement = (
        select(Message)
        .where(
            Message.user_id == user_id,
            Message.channel == "in_app",
            Message.id >= first,
            Message.id.not_in(known),
        )
        .order_by(Message.id)
        .limit(limit)
    )
    return session.scalars(statement).all()


def list_history(
    session: Session,
    *,
    state: str | None,
    channel: str | None,
    template: str | None,
    user_id: UUID | None,
    cursor: str | None,
    limit: int,
) -> Page[Message]:
    """All messages, newest first."""
    statement = select(Message)
    wanted = {
        Message.state: state,
        Message.channel: channel,
        Message.template: template,
        Message.user_id: user_id,
    }
    for column, value in wanted.items():
        if value is not None:
            statement = statement.where(column == value)
    return fetch_page(session, statement, [Key(Message.id, "desc")], cursor, limit)


def get_message(session: Session, message_id: UUID) -> Message:
    """A message over any channel. Refused with MessageNotFound."""
    found = session.get(Message, message_id)
    if found is None:
        raise MessageNotFound("there is no such message")
    return found


def list_attempts(
    session: Session, message_id: UUID, *, cursor: str | None, limit: int
) -> Page[Attempt]:
    """The tries to deliver a message, first to last. Refused with MessageNotFound."""
    get_message(session, message_id)
    statement = select(Attempt).where(Attempt.message_id == message_id)
    return fetch_page(session, statement, [Key(Attempt.number)], cursor, limit)


def list_feedback(
    session: Session, message_id: UUID, *, cursor: str | None, limit: int
) -> Page[Feedback]:
    """What the provider said later, first to last. Refused with MessageNotFound."""
    get_message(session, message_id)
    statement = select(Feedback).where(Feedback.message_id == message_id)
    return fetch_page(session, statement, [Key(Feedback.id)], cursor, limit)


def oldest_queued(session: Session) -> float:
    """Seconds since the oldest message was first due that is not delivered."""
    age = func.extract("epoch", func.now() - func.min(Message.give_up_at)) + GIVE_UP_SECONDS
    return max(0.0, float(session.scalar(select(age).where(Message.state == "queued")) or 0))
