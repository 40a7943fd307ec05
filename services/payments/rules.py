"""What is sent to a provider, what it may say about it, and what of that is believed."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal
from uuid import UUID

from libs.messaging.message import SagaKey

Kind = Literal["authorize", "capture", "void", "refund"]
Outcome = Literal["requires_action", "authorized", "declined", "captured", "voided", "refunded"]

# What a provider can truthfully say became of a request of that kind.
_POSSIBLE: dict[Kind, tuple[Outcome, ...]] = {
    "authorize": ("requires_action", "authorized", "declined"),
    "capture": ("captured",),
    "void": ("voided",),
    "refund": ("refunded",),
}
_DOUBT_SECONDS = (1.0, 2.0, 5.0, 15.0, 60.0)
_BUYER_SECONDS = (2.0, 5.0, 10.0, 30.0, 60.0)


@dataclass(frozen=True)
class Instruction:
    """One request to a provider: its key and its exact bytes never change, however often sent."""

    id: UUID
    payment_id: UUID
    order_id: UUID
    provider: str
    kind: Kind
    key: str
    amount: int
    currency: str
    # It holds the token, which no log may show.
    request: str = field(repr=False)
    saga: SagaKey
    intent_ref: str = ""
    # For a void: the key of the authorisation to let go of.
    voided_key: str = ""


@dataclass(frozen=True)
class Evidence:
    """What a provider says became of a request; `key` and `reference` are ours, repeated."""

    event_id: str
    key: str
    outcome: Outcome
    intent_ref: str
    reference: str
    amount: int
    currency: str
    occurred_at: datetime
    raw: str
    action_url: str | None = None
    decline_code: str | None = None


@dataclass(frozen=True)
class Refusal:
    """The provider will definitely not do it. `intent_status`: how the payment stands there."""

    code: str
    intent_status: str = ""


@dataclass(frozen=True)
class Missing:
    """The provider does not know the authorisation that is to be voided - or not yet."""


Result = Evidence | Refusal | Missing


class ProviderFailed(Exception):
    """There is no telling what became of the request."""


def provider_key(saga: SagaKey, kind: Kind) -> str:
    """One key per step, generation and kind of request: the attempt has no part in it."""
    return f"{saga.saga}:{saga.step}:{saga.generation}:{kind}"


def mismatch(instruction: Instruction, evidence: Evidence) -> str | None:
    """Why genuine evidence is still not believed: it speaks of other money than was asked for."""
    if evidence.outcome not in _POSSIBLE[instruction.kind]:
        return f"a request to {instruction.kind} cannot end as {evidence.outcome}"
    if evidence.reference != str(instruction.order_id):
        return "it names another order"
    if evidence.currency != instruction.currency:
        return f"it speaks of {evidence.currency}, not {instruction.currency}"
    # What was let go of is as much as had been held: nothing, while the buyer was still asked.
    if instruction.kind != "void" and evidence.amount != instruction.amount:
        return f"it speaks of {evidence.amount}, not {instruction.amount}"
    if instruction.intent_ref and evidence.intent_ref != instruction.intent_ref:
        return "it belongs to another payment"
    return None


def holds_money(state: str) -> bool:
    """Whether a capture may take place."""
    return state in ("authorized", "captured")


def next_look(tries: int, *, waits_for_buyer: bool) -> float:
    """Seconds until the provider is asked again."""
    seconds = _BUYER_SECONDS if waits_for_buyer else _DOUBT_SECONDS
    return seconds[min(tries, len(seconds) - 1)]


def payment_status(state: str, captured: int, refunded: int) -> str:
    """The state as people see it: refunds are part of it."""
    if state == "captured" and refunded:
        return "refunded" if refunded == captured else "partially_refunded"
    return state
