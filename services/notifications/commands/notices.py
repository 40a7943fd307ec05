"""Tell people what happened: once per event, channel and address."""

from sqlalchemy.orm import Session

from libs import clock
from services.notifications.commands.contacts import is_erased
from services.notifications.commands.queueing import Draft, add_message
from services.notifications.commands.reach import Reach, find_reach, stranger
from services.notifications.commands.words import find_words, render_best
from services.notifications.rules.messages import Notice, languages


def notify(session: Session, notice: Notice, *, locale: str) -> None:
    """A message over each wanted channel that reaches the recipient; repetitions add none.

    An erased user is told nothing, however late it was heard.
    """
    if notice.user_id and is_erased(session, notice.user_id):
        return
    reach = _reach(session, notice)
    preferences = reach.preferences
    wanted = [
        channel
        for channel in notice.channels
        if reach.addresses(channel) and preferences.allows(channel, notice.topic)
    ]
    choices = find_words(session, notice.template, wanted, languages(preferences.locale, locale))
    now = clock.now()
    for channel in wanted:
        if channel not in choices:
            continue
        words = render_best(notice.template, choices[channel], notice.data)
        due_at = preferences.wait_until(channel, notice.topic, now)
        for address in reach.addresses(channel):
            draft = Draft(
                notice.event,
                notice.template,
                notice.topic,
                channel,
                notice.user_id,
                address,
                words,
                due_at if due_at > now else None,
            )
            add_message(session, draft)


def _reach(session: Session, notice: Notice) -> Reach:
    """A notice may bring the address that it is meant for, such as the one of the order."""
    if notice.user_id is None:
        return stranger(email=notice.email)
    known = find_reach(session, notice.user_id)
    return known._replace(email=notice.email or known.email)
