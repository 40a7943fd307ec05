"""What happened to money at the provider: the journal's lines, the answers and the webhooks."""

from typing import Literal

import msgspec

Status = Literal["requires_action", "authorized", "declined", "captured", "voided"]
EventType = Literal[
    "intent.requires_action",
    "intent.authorized",
    "intent.declined",
    "intent.captured",
    "intent.voided",
    "intent.refunded",
]


class Intent(msgspec.Struct, frozen=True, kw_only=True):
    """One payment as it stands after an event; `reference` is the shop's order."""

    id: str
    status: Status
    reference: str
    amount: int
    currency: str
    authorized: int = 0
    captured: int = 0
    refunded: int = 0
    action_url: str | None = None
    decline_code: str | None = None


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """One fact. `key` is the idempotency key of the request that asked for it."""

    id: str
    type: EventType
    created_at: str
    key: str
    amount: int
    intent: Intent


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """A journal entry: the event, and the request's digest that guards its key."""

    sequence: int
    fingerprint: str
    event: Event


class CreateIntent(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Authorise an amount on what the token stands for."""

    reference: str
    amount: int
    currency: str
    token: str


class MoveMoney(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Capture or refund this much."""

    amount: int


class Void(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Let go of the authorisation; there is nothing to say beyond that."""
