"""What travels between services: typed payloads, versioned by name, in CloudEvents envelopes."""

from datetime import datetime
from typing import ClassVar, Literal
from uuid import UUID

import msgspec

MAX_BYTES = 65_536

Phase = Literal["do", "undo"]
Outcome = Literal["done", "rejected", "retry", "in_doubt", "waiting", "undone", "cancelled"]


class Payload(msgspec.Struct, frozen=True, kw_only=True):
    """A frozen typed body. A version may gain optional fields only; unknown ones pass."""

    wire_name: ClassVar[str] = ""

    @classmethod
    def service(cls) -> str:
        """The owner: the first word of the wire name."""
        return cls.wire_name.partition(".")[0]


class Command(Payload, frozen=True, kw_only=True):
    """A request, named and obeyed by its receiver: `inventory.reserve_stock.v1`."""


class Fact(Payload, frozen=True, kw_only=True):
    """Something that happened, named and announced by its owner: `orders.order_confirmed.v1`."""


class Job(Payload, frozen=True, kw_only=True):
    """Work that a service gives to its own pool of ordinary tasks: `notifications.deliver.v1`."""


class SagaKey(msgspec.Struct, frozen=True, array_like=True):
    """One step of one saga. All but the attempt is the idempotency key of the command."""

    saga: UUID
    step: str
    generation: int
    phase: Phase
    attempt: int

    @property
    def label(self) -> str:
        """The step and the phase, as timelines show them."""
        return f"{self.step}.{self.phase}"


class Envelope(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """CloudEvents 1.0 attributes, and for a saga's messages the step that it belongs to."""

    id: UUID
    type: str
    source: str
    time: datetime
    data: msgspec.Raw
    specversion: str = "1.0"
    traceparent: str | None = None
    key: SagaKey | None = None
    saga_type: str | None = None
    reply_to: str | None = None
    deadline: datetime | None = None

    @property
    def label(self) -> str:
        """What it is about, in a word: the step of a saga, else its own name."""
        return self.key.label if self.key else self.type


# The code of a reply for a command that was delivered too often to be tried again.
DEAD_LETTER = "dead_letter"


class Reply(Payload, frozen=True, kw_only=True):
    """A participant's answer. `output` is stored by the leader, `code` names a business refusal."""

    wire_name: ClassVar[str] = "saga.reply.v1"

    outcome: Outcome
    code: str | None = None
    detail: str | None = None
    output: dict[str, msgspec.Raw] | None = None
