"""Messages are stored in their final words, and handed to the jobs pool when their time comes."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.orm import Session

from libs.contracts.notifications import DeliverMessage
from libs.db.statement import Statement
from libs.ids import uuid7
from libs.messaging.outbox import enqueue
from services.notifications.rendering import Words
from services.notifications.rules.messages import GIVE_UP_SECONDS
from services.notifications.rules.preferences import Channel, Topic

# The jobs pool has this long before the sweep hands a message to it again.
NUDGE_SECONDS = 30

_INSERT = Statement(
    """
    INSERT INTO message (
        id, dedupe_key, template, topic, channel, user_id, address, subject, body, html, state,
        due_at, nudge_at, give_up_at
    )
    SELECT $1::uuid, $2::text, $3::text, $4::text, $5::text, $6::uuid, $7::text, $8::text,
        $9::text, $10::text, $11::text, due, due + $13::int * interval '1 second',
        due + $14::int * interval '1 second'
    FROM (SELECT coalesce($12::timestamptz, now()) AS due) AS moment
    ON CONFLICT (dedupe_key) DO NOTHING RETURNING 1
    """
)


class Draft(NamedTuple):
    """A message before it is stored; `event` is the same each time that it is told.

    `due_at` is None for one that may go at once.
    """

    event: str
    template: str | None
    topic: Topic
    channel: Channel
    user_id: UUID | None
    address: str
    words: Words
    due_at: datetime | None = None


def add_message(session: Session, draft: Draft) -> UUID | None:
    """Store the message, once for each event, channel and address; None for a repetition."""
    in_app = draft.channel == "in_app"
    message_id = uuid7()
    is_new = _INSERT.first(
        session,
        message_id,
        f"{draft.event}/{draft.channel}/{draft.address}",
        draft.template,
        draft.topic,
        draft.channel,
        draft.user_id,
        None if in_app else draft.address,
        *draft.words,
        "delivered" if in_app else "queued",
        draft.due_at,
        0 if draft.due_at else NUDGE_SECONDS,
        GIVE_UP_SECONDS,
    )
    if not is_new:
        return None
    if not in_app and draft.due_at is None:
        enqueue(session, DeliverMessage(message_id=message_id))
    return message_id
