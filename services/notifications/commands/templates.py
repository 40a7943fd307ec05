"""Editors change the words; each change is a new revision."""

from collections.abc import Callable

from sqlalchemy.orm import Session

from services.notifications.errors import TemplateNotFound
from services.notifications.models import Template
from services.notifications.queries import find_template
from services.notifications.rendering import Words, render
from services.notifications.rules import CHANNELS, LOCALE, SAMPLES


def write_template(
    session: Session,
    *,
    place: tuple[str, str, str],
    words: Words,
    author: str,
    check: Callable[[int], None],
) -> Template:
    """A new revision of the template at (key, channel, locale).

    `check` may refuse the revision it replaces (0: none). Refused with TemplateNotFound where no
    notice would use it, and with BadTemplate if it cannot be rendered.
    """
    key, channel, locale = place
    if key not in SAMPLES or channel not in CHANNELS or not LOCALE.fullmatch(locale):
        raise TemplateNotFound("there is no such template")
    newest = find_template(session, key=key, channel=channel, locale=locale)
    revision = newest.revision if newest else 0
    check(revision)
    render(words, SAMPLES[key])
    template = Template(
        key=key,
        channel=channel,
        locale=locale,
        revision=revision + 1,
        **words._asdict(),
        author=author,
    )
    session.add(template)
    session.flush()
    return template
