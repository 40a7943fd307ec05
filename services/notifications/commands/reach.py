"""Where a person is reached, and what they want to be told there."""

from typing import NamedTuple
from uuid import UUID

from sqlalchemy.orm import Session

from libs.db.statement import Statement
from services.notifications.rules.preferences import Channel, Preferences, QuietHours

_REACH = Statement(
    """
    SELECT contact.email, contact.phone, recipient.locale,
        recipient.quiet_start, recipient.quiet_end, recipient.time_zone,
        (SELECT array_agg(concat_ws('/', channel, topic, enabled)) FROM preference
         WHERE user_id = $1::uuid),
        (SELECT array_agg(token ORDER BY seen_at DESC) FROM device WHERE user_id = $1::uuid)
    FROM (SELECT $1::uuid AS user_id) AS asked
    LEFT JOIN contact USING (user_id) LEFT JOIN recipient USING (user_id)
    """
)


class Reach(NamedTuple):
    """The addresses of a person, or of a guest who is known by one address alone."""

    user_id: UUID | None
    email: str | None
    phone: str | None
    tokens: tuple[str, ...]
    preferences: Preferences

    def addresses(self, channel: Channel) -> tuple[str, ...]:
        """Where the channel leads; in the application the user is the address."""
        found: dict[Channel, tuple[str | None, ...]] = {
            "in_app": (str(self.user_id) if self.user_id else None,),
            "email": (self.email,),
            "sms": (self.phone,),
            "push": self.tokens,
        }
        return tuple(address for address in found[channel] if address)


def stranger(*, email: str | None = None, phone: str | None = None) -> Reach:
    """Somebody of whom nothing but one address is known."""
    return Reach(None, email, phone, (), Preferences())


def find_reach(session: Session, user_id: UUID) -> Reach:
    """What is known of a user; nothing but the id for one that nobody has told us of."""
    rows = _REACH.rows(session, user_id)
    email, phone, locale, start, end, zone, choices, tokens = rows[0]
    parts = (choice.split("/") for choice in choices or ())
    preferences = Preferences(
        choices={(channel, topic): enabled == "t" for channel, topic, enabled in parts},
        quiet=QuietHours(start, end, zone) if zone else None,
        locale=locale,
    )
    return Reach(user_id, email, phone, tuple(tokens or ()), preferences)
