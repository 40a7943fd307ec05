"""Keys, words and waits of messages: sums and texts without I/O."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

Channel = Literal["email", "in_app"]
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
}
CHANNELS: tuple[Channel, ...] = ("in_app", "email")
LOCALE = re.compile(r"[a-z]{2}(-[A-Z]{2})?")
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

    def recipient(self, channel: Channel) -> str | None:
        """Where it goes over that channel, if it can."""
        if channel == "in_app":
            return str(self.user_id) if self.user_id else None
        return self.email or None

    def dedupe_key(self, channel: Channel, recipient: str) -> str:
        """The same for each repetition of the notice."""
        return f"{self.event}/{channel}/{recipient}"


@dataclass(frozen=True)
class Outcome:
    """What became of one try."""

    verdict: Verdict
    detail: str


def one_line(subject: str) -> str:
    """A subject that cannot start another header or another line of a log."""
    return _CONTROL.sub(" ", subject).strip()[:MAX_SUBJECT]


def wait_seconds(attempt: int) -> int:
    """How long to wait after that many failed tries: 30 s, doubled up to an hour."""
    return min(_FIRST_WAIT << min(attempt - 1, 10), _LONGEST_WAIT)


def masked(address: str) -> str:
    """`a***@example.org`: enough to recognize, too little to write to."""
    local, _, domain = address.rpartition("@")
    return f"{local[:1]}***@{domain}"
