"""The words of a template for somebody: in their language, or the nearest that there is."""

import logging
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.orm import Session

from libs.db.statement import Statement
from services.notifications.errors import BadTemplate
from services.notifications.rendering import Words, render

_log = logging.getLogger(__name__)

# For each channel the newest words of each locale, best first; behind them those that came with
# the program.
_TEXTS = Statement(
    """
    SELECT channel, subject, body, html FROM (
        (SELECT DISTINCT ON (channel, array_position($3::text[], locale))
            channel, subject, body, html, array_position($3::text[], locale) AS place
         FROM template
         WHERE key = $1::text AND channel = ANY($2::text[]) AND locale = ANY($3::text[])
            AND withdrawn_at IS NULL
         ORDER BY channel, array_position($3::text[], locale), revision DESC)
        UNION ALL
        SELECT channel, subject, body, html, 100 FROM template
        WHERE key = $1::text AND channel = ANY($2::text[]) AND author IS NULL
    ) AS found ORDER BY channel, place
    """
)

Choice = Mapping[str, Sequence[Words]]


def find_words(
    session: Session, key: str, channels: Sequence[str], locales: Sequence[str]
) -> Choice:
    """What may be rendered over each channel, best first; channels without words are left out."""
    found: dict[str, list[Words]] = {}
    for channel, *words in _TEXTS.rows(session, key, list(channels), list(locales)):
        found.setdefault(channel, []).append(Words(*words))
    return found


def render_best(key: str, choice: Sequence[Words], data: Mapping[str, Any]) -> Words:
    """A template that an editor broke must not hold back a notice: the next one stands in.

    Refused with BadTemplate if none can be rendered.
    """
    for source in choice[:-1]:
        try:
            return render(source, data)
        except BadTemplate:
            _log.exception("a template of %s cannot be used", key)
    return render(choice[-1], data)
