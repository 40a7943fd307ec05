"""Tell people what happened: once per event, channel and recipient."""

import logging

from sqlalchemy.orm import Session

from libs.contracts.notifications import DeliverMessage
from libs.db.statement import Statement
from libs.ids import uuid7
from libs.messaging.outbox import enqueue
from services.notifications.errors import BadTemplate
from services.notifications.rendering import Words, render
from services.notifications.rules import CHANNELS, Notice

_log = logging.getLogger(__name__)
# The jobs pool has this long before the sweep hands a message to it again.
NUDGE_SECONDS = 30

# The newest revision and, behind it, the first one, which came with the program.
_TEXTS = Statement(
    """
    (SELECT subject, body, html FROM template
     WHERE key = $1::text AND locale = $2::text AND channel = $3::text
     ORDER BY revision DESC LIMIT 1)
    UNION ALL
    (SELECT subject, body, html FROM template
     WHERE key = $1::text AND locale = 'en' AND channel = $3::text AND revision = 1)
    """
)

_INSERT = Statement(
    """
    INSERT INTO message (
        id, dedupe_key, template, channel, user_id, address, subject, body, html, state, nudge_at
    ) VALUES (
        $1::uuid, $2::text, $3::text, $4::text, $5::uuid, $6::text, $7::text, $8::text, $9::text,
        $10::text, now() + $11::int * interval '1 second'
    )
    ON CONFLICT (dedupe_key) DO NOTHING RETURNING 1
    """
)


def notify(session: Session, notice: Notice, *, locale: str) -> None:
    """One message per channel that reaches the recipient; repetitions of the notice add none."""
    for channel in CHANNELS:
        recipient = notice.recipient(channel)
        if recipient is None:
            continue
        words = _words(session, notice, channel, locale)
        message_id = uuid7()
        is_new = _INSERT.first(
            session,
            message_id,
            notice.dedupe_key(channel, recipient),
            notice.template,
            channel,
            notice.user_id,
            notice.email if channel == "email" else None,
            *words,
            "queued" if channel == "email" else "delivered",
            NUDGE_SECONDS,
        )
        if is_new and channel == "email":
            enqueue(session, DeliverMessage(message_id=message_id))


def _words(session: Session, notice: Notice, channel: str, locale: str) -> Words:
    """A template that an editor broke must not hold back a notice: the first revision stands in."""
    found = _TEXTS.rows(session, notice.template, locale, channel)
    *newer, first = [Words(*words) for words in found]
    for source in newer:
        try:
            return render(source, notice.data)
        except BadTemplate:
            _log.exception("template %s for %s cannot be used", notice.template, channel)
    return render(first, notice.data)
