"""Keys, words and waits of messages: sums and texts without I/O."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, NamedTuple
from uuid import UUID

from services.notifications.rules.preferences import CHANNELS, Channel, Topic

Verdict = Literal["delivered", "refused", "retry"]

# What each notice brings, so that a template that needs more fails when it is written.
SAMPLES: dict[str, dict[str, Any]] = {
    "welcome": {"name": "Ada", "email": "ada@example.org"},
    "order_confirmed": {
        "number": "1001",
        "total": "19.00 EUR",
        "lines": [{"quantity": 2, "title": "Mug", "sku": "MUG", "total": "19.00 EUR"}],
    },
    "order_cancelled": {"total": "19.00 EUR", "reason": "a product ran out"},
    "back_in_stock": {"title": "Mug"},
    "price_drop": {"title": "Mug", "price": "19.00 EUR"},
    "email_verification": {"name": "Ada", "token": "q1", "link": "https://shop.example/verify?q1"},
    "password_reset": {"name": "Ada", "token": "q1", "link": "https://shop.example/reset?q1"},
    "email_changed": {"name": "Ada", "email": "a***@example.org"},
    "webhook_disabled": {"url": "https://shop.example.org/hooks", "reason": "no answer"},
}
TOPICS_OF_NOTICES: dict[str, Topic] = {
    "welcome": "account",
    "order_confirmed": "orders",
    "order_cancelled": "orders",
    "back_in_stock": "wishlist",
    "price_drop": "wishlist",
    "email_verification": "account",
    "password_reset": "account",
    "email_changed": "account",
    "webhook_disabled": "account",
}
# They prove a mailbox, so they are read nowhere else.
SECRET_NOTICES = frozenset({"email_verification", "password_reset"})
TEMPLATE_KEY = re.compile(r"[a-z][a-z0-9_]{0,63}")
LOCALE = re.compile(r"[a-z]{2}(-[A-Z]{2})?")
PHONE = re.compile(r"\+[1-9][0-9]{6,14}")
GIVE_UP_SECONDS = 24 * 3600
# Longer than any one delivery can take, so that two workers do not hold a message at once.
LEASE_SECONDS = 180
MAX_SUBJECT = 200

_FIRST_WAIT = 30
_LONGEST_WAIT = 3600
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")


@dataclass(frozen=True)
class Notice:
    """What happened, and to whom it is told; `event` is the same each time it is told."""

    event: str
    template: str
    user_id: UUID | None
    email: str
    data: Mapping[str, Any]

    @property
    def topic(self) -> Topic:
        """What it is about, for the preferences."""
        return TOPICS_OF_NOTICES[self.template]

    @property
    def channels(self) -> tuple[Channel, ...]:
        """The channels that it may go over."""
        return ("email",) if self.template in SECRET_NOTICES else CHANNELS


class Dispatch(NamedTuple):
    """A message that one worker may try to deliver now; `suppressed` says why it must not."""

    message_id: UUID
    attempt: int
    channel: str
    address: str
    subject: str
    body: str
    html: str | None
    template: str
    created_at: datetime
    suppressed: str | None = None


@dataclass(frozen=True)
class Outcome:
    """What became of one try; `reference` is the provider's own name for the message.

    `address_gone`: nobody will ever be reached there again.
    """

    verdict: Verdict
    detail: str
    provider: str = ""
    reference: str | None = None
    address_gone: bool = False


def one_line(subject: str) -> str:
    """A subject that cannot start another header or another line of a log."""
    return _CONTROL.sub(" ", subject).strip()[:MAX_SUBJECT]


def wait_seconds(attempt: int) -> int:
    """How long to wait after that many failed tries: 30 s, doubled up to an hour."""
    return min(_FIRST_WAIT << min(attempt - 1, 10), _LONGEST_WAIT)


def masked(address: str) -> str:
    """`a***@example.org`, `+4***89`: enough to recognize, too little to write to."""
    local, at, domain = address.rpartition("@")
    return f"{local[:1]}***@{domain}" if at else f"{address[:2]}***{address[-2:]}"


def languages(*wanted: str | None) -> list[str]:
    """The locales to look for, best first: each one, its bare language, and English in the end."""
    found = [one for locale in wanted if locale for one in (locale, locale.partition("-")[0])]
    return list(dict.fromkeys([*found, "en"]))
