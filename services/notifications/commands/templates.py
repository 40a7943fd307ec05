"""Editors change the words; each change is a new revision."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from libs import clock
from services.notifications.errors import BadTemplate, BuiltInTemplate, TemplateNotFound
from services.notifications.models.messages import Template
from services.notifications.queries.templates import find_template, get_template
from services.notifications.rendering import Words, render
from services.notifications.rules.messages import LOCALE, SAMPLES, TEMPLATE_KEY
from services.notifications.rules.preferences import CHANNELS


class Place(NamedTuple):
    """What a template is for."""

    key: str
    channel: str
    locale: str


def write_template(
    session: Session,
    *,
    place: Place,
    words: Words,
    sample: Mapping[str, Any] | None,
    author: str,
    check: Callable[[int], None],
) -> Template:
    """A new revision of the template at that place, tried on its sample data.

    `check` may refuse the revision it replaces (0: none). Refused with TemplateNotFound for a place
    that no message could have, and with BadTemplate if it cannot be rendered.
    """
    _check_place(place)
    newest = find_template(session, *place)
    check(newest.revision if newest else 0)
    tried = _sample(place.key, sample, newest)
    render(words, tried)
    template = Template(
        **place._asdict(),
        revision=_last_revision(session, place) + 1,
        **words._asdict(),
        author=author,
        sample=None if place.key in SAMPLES else dict(tried),
    )
    session.add(template)
    session.flush()
    return template


def withdraw_template(session: Session, *, place: Place, check: Callable[[int], None]) -> None:
    """Take every revision but the one that came with the program out of use; all can be read on.

    Refused with TemplateNotFound where nothing is in use, with BuiltInTemplate where nothing else
    is.
    """
    newest = get_template(session, *place)
    check(newest.revision)
    if newest.built_in:
        raise BuiltInTemplate("these words came with the program")
    session.execute(
        update(Template)
        .where(
            Template.key == place.key,
            Template.channel == place.channel,
            Template.locale == place.locale,
            Template.author.is_not(None),
            Template.withdrawn_at.is_(None),
        )
        .values(withdrawn_at=clock.now())
    )


def preview_template(
    session: Session, *, place: Place, words: Words | None, data: Mapping[str, Any] | None
) -> Words:
    """What would be sent: of these words, or of those in use, for these data or the sample's.

    Refused with TemplateNotFound or BadTemplate.
    """
    _check_place(place)
    newest = find_template(session, *place)
    if words is None:
        if newest is None:
            raise TemplateNotFound("there is no such template")
        words = Words(newest.subject, newest.body, newest.html)
    return render(words, data if data is not None else _sample(place.key, None, newest))


def _check_place(place: Place) -> None:
    known = place.channel in CHANNELS and LOCALE.fullmatch(place.locale)
    if not (known and TEMPLATE_KEY.fullmatch(place.key)):
        raise TemplateNotFound("there is no such template")


def _sample(
    key: str, given: Mapping[str, Any] | None, newest: Template | None
) -> Mapping[str, Any]:
    """The data that a notice brings; for an editor's own template those that they give."""
    if key in SAMPLES:
        return SAMPLES[key]
    if given is None and newest is not None and newest.sample is not None:
        return newest.sample
    if given is None:
        raise BadTemplate("a template of your own needs sample data to be tried on")
    return given


def _last_revision(session: Session, place: Place) -> int:
    """Withdrawn ones count: a number never means two texts."""
    statement = select(func.max(Template.revision)).where(
        Template.key == place.key,
        Template.channel == place.channel,
        Template.locale == place.locale,
    )
    return session.scalar(statement) or 0
