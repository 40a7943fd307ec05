"""Who may be told what over which channel, and when: sums without I/O."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from typing import Literal, get_args
from zoneinfo import ZoneInfo

Channel = Literal["in_app", "email", "push", "sms"]
Topic = Literal["account", "orders", "service", "wishlist", "marketing"]
CHANNELS: tuple[Channel, ...] = get_args(Channel)
TOPICS: tuple[Topic, ...] = get_args(Topic)
# What a contract or a law needs told: no preference and no hour holds it back from these channels.
_TRANSACTIONAL: frozenset[Topic] = frozenset({"account", "orders", "service"})
_ALWAYS: frozenset[Channel] = frozenset({"in_app", "email"})
_MINUTES_OF_AN_HOUR = 60
MINUTES_OF_A_DAY = 24 * _MINUTES_OF_AN_HOUR


@dataclass(frozen=True)
class QuietHours:
    """From one minute of the day to another, in a time zone; it may span midnight."""

    start: int
    end: int
    zone: str

    def end_of(self, now: datetime) -> datetime | None:
        """When the quiet that reigns now is over; None if it does not."""
        local = now.astimezone(ZoneInfo(self.zone))
        minute = local.hour * _MINUTES_OF_AN_HOUR + local.minute
        since_start = (minute - self.start) % MINUTES_OF_A_DAY
        if since_start >= (self.end - self.start) % MINUTES_OF_A_DAY:
            return None
        day = local.date() + timedelta(days=minute >= self.end)
        at = time(*divmod(self.end, _MINUTES_OF_AN_HOUR), tzinfo=local.tzinfo)
        return datetime.combine(day, at).astimezone(UTC)


@dataclass(frozen=True)
class Preferences:
    """What a person has chosen; what they have not follows the defaults."""

    choices: dict[tuple[str, str], bool] = field(default_factory=dict)
    quiet: QuietHours | None = None
    locale: str | None = None

    def allows(self, channel: Channel, topic: Topic) -> bool:
        """Whether the person may be told about the topic over the channel."""
        if is_fixed(channel, topic):
            return True
        return self.choices.get((channel, topic), is_default(channel, topic))

    def wait_until(self, channel: Channel, topic: Topic, now: datetime) -> datetime:
        """When they may be told: now, or the end of the quiet hours."""
        if self.quiet is None or is_fixed(channel, topic) or channel == "in_app":
            return now
        return self.quiet.end_of(now) or now


def is_fixed(channel: Channel, topic: Topic) -> bool:
    """Whether no choice counts, because the person has to be told."""
    return topic in _TRANSACTIONAL and channel in _ALWAYS


def is_default(channel: Channel, topic: Topic) -> bool:
    """What holds for a person who has not chosen: no advertising, no unasked-for texts."""
    if channel == "sms":
        return topic == "service"
    return topic != "marketing"
