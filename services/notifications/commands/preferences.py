"""People choose what they are told, over which channel and when."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.orm import Session

from services.notifications.errors import CannotOptOut
from services.notifications.models.recipients import Preference, Recipient
from services.notifications.queries.recipients import find_recipient
from services.notifications.rules.preferences import QuietHours, is_fixed


def write_preferences(
    session: Session,
    *,
    user_id: UUID,
    choices: Sequence[Mapping[str, Any]],
    quiet: QuietHours | None,
    locale: str | None,
    check: Callable[[int], None],
) -> Recipient:
    """Replace all that the user has chosen. `check` may refuse the version it replaces (0: none).

    Refused with CannotOptOut for what has to be told.
    """
    for choice in choices:
        if is_fixed(choice["channel"], choice["topic"]) and not choice["enabled"]:
            raise CannotOptOut(f"{choice['topic']} is always told over {choice['channel']}")
    recipient = find_recipient(session, user_id, lock=True)
    check(recipient.version if recipient else 0)
    if recipient is None:
        recipient = Recipient(user_id=user_id, version=0)
        session.add(recipient)
    recipient.locale = locale
    recipient.quiet_start = quiet.start if quiet else None
    recipient.quiet_end = quiet.end if quiet else None
    recipient.time_zone = quiet.zone if quiet else None
    recipient.version += 1
    session.execute(delete(Preference).where(Preference.user_id == user_id))
    session.add_all(Preference(user_id=user_id, **choice) for choice in choices)
    session.flush()
    return recipient
