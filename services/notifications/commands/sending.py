"""Administrators send something of their own, over one channel."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from libs import clock
from libs.ids import uuid7
from services.notifications.commands.queueing import Draft, add_message
from services.notifications.commands.reach import Reach
from services.notifications.commands.words import find_words
from services.notifications.errors import NoAddress, OptedOut, TemplateNotFound
from services.notifications.models.messages import Message
from services.notifications.rendering import Words, render
from services.notifications.rules.messages import languages, one_line
from services.notifications.rules.preferences import Channel, Topic


class Content(NamedTuple):
    """Ready words, or a template and its data."""

    words: Words | None
    template: str | None
    data: Mapping[str, Any]


def send(
    session: Session,
    *,
    channel: Channel,
    reach: Reach,
    topic: Topic,
    content: Content,
    locales: tuple[str | None, ...],
) -> list[Message]:
    """Queue one message for each address of the recipient, at once or after the quiet hours.

    Refused with NoAddress, OptedOut, TemplateNotFound or BadTemplate.
    """
    if not reach.addresses(channel):
        raise NoAddress(f"nobody knows where this user is reached by {channel}")
    if not reach.preferences.allows(channel, topic):
        raise OptedOut(f"this user does not want {topic} by {channel}")
    words = content.words or _render(session, channel, content, locales)
    now = clock.now()
    due_at = reach.preferences.wait_until(channel, topic, now)
    event = f"sent/{uuid7()}"
    drafts = [
        Draft(
            event,
            content.template,
            topic,
            channel,
            reach.user_id,
            address,
            words._replace(subject=one_line(words.subject)),
            due_at if due_at > now else None,
        )
        for address in reach.addresses(channel)
    ]
    made = [add_message(session, draft) for draft in drafts]
    statement = select(Message).where(Message.id.in_(made)).order_by(Message.id)
    return list(session.scalars(statement))


def _render(
    session: Session, channel: Channel, content: Content, locales: tuple[str | None, ...]
) -> Words:
    """In the best language that there is; what is wrong with those words is told, not hidden."""
    key = content.template or ""
    choice = find_words(session, key, [channel], languages(*locales)).get(channel)
    if not choice:
        raise TemplateNotFound(f"there is no template {key} for {channel}")
    return render(choice[0], content.data)
