"""Everything that reads notifications."""

from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from libs.db.page import Key, Page, fetch_page
from services.notifications.errors import MessageNotFound
from services.notifications.models import Attempt, Message, Template


def list_inbox(
    session: Session, *, user_id: UUID, unread: bool | None, cursor: str | None, limit: int
) -> Page[Message]:
    """What the user was told in the application, newest first."""
    statement = select(Message).where(Message.user_id == user_id, Message.channel == "in_app")
    if unread is not None:
        is_unread = Message.read_at.is_(None)
        statement = statement.where(is_unread if unread else ~is_unread)
    return fetch_page(session, statement, [Key(Message.id, "desc")], cursor, limit)


def list_history(
    session: Session,
    *,
    state: str | None,
    channel: str | None,
    template: str | None,
    cursor: str | None,
    limit: int,
) -> Page[Message]:
    """All messages, newest first."""
    statement = select(Message)
    wanted = {Message.state: state, Message.channel: channel, Message.template: template}
    for column, value in wanted.items():
        if value is not None:
            statement = statement.where(column == value)
    return fetch_page(session, statement, [Key(Message.id, "desc")], cursor, limit)


def list_attempts(
    session: Session, message_id: UUID, *, cursor: str | None, limit: int
) -> Page[Attempt]:
    """The tries to deliver a message, first to last. Refused with MessageNotFound."""
    if session.get(Message, message_id) is None:
        raise MessageNotFound("there is no such message")
    statement = select(Attempt).where(Attempt.message_id == message_id)
    return fetch_page(session, statement, [Key(Attempt.number)], cursor, limit)


def find_template(session: Session, *, key: str, channel: str, locale: str) -> Template | None:
    """The newest revision at that place."""
    statement = (
        select(Template)
        .where(Template.key == key, Template.channel == channel, Template.locale == locale)
        .order_by(Template.revision.desc())
        .limit(1)
    )
    return session.scalars(statement).one_or_none()


def list_templates(session: Session, *, cursor: str | None, limit: int) -> Page[Template]:
    """The newest revision of every template."""
    newer = aliased(Template)
    outdated = (
        select(newer.id)
        .where(
            newer.key == Template.key,
            newer.channel == Template.channel,
            newer.locale == Template.locale,
            newer.revision > Template.revision,
        )
        .exists()
    )
    keys = [Key(Template.key), Key(Template.channel), Key(Template.locale)]
    return fetch_page(session, select(Template).where(~outdated), keys, cursor, limit)


def oldest_queued(session: Session) -> float:
    """Seconds since the oldest message was made that is not delivered."""
    age = func.extract("epoch", func.now() - func.min(Message.created_at))
    return float(session.scalar(select(age).where(Message.state == "queued")) or 0)
