"""What the leader remembers of one saga; immutable, stored as JSON in its row."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

import msgspec

from libs.messaging.message import Outcome, Phase

StepStatus = Literal["idle", "sent", "ok", "rejected", "undoing", "undone", "skipped"]
Status = Literal["running", "aborting", "done", "compensated", "needs_attention"]


class StepState(msgspec.Struct, frozen=True, omit_defaults=True):
    """One step. `sent` and `undoing` are the pending ones: asked, and no definite answer yet.

    A `stuck` one waits for a person; a `refused` one is asked again under a new generation only.
    """

    status: StepStatus = "idle"
    generation: int = 0
    attempt: int = 0
    failures: int = 0
    since: datetime | None = None
    due_at: datetime | None = None
    waiting: bool = False
    refused: bool = False
    stuck: bool = False
    output: dict[str, Any] | None = None
    code: str | None = None
    detail: str | None = None
    body: msgspec.Raw | None = None

    @property
    def pending(self) -> Phase | None:
        """The phase whose answer is awaited."""
        if self.status == "sent":
            return "do"
        return "undo" if self.status == "undoing" else None


class SagaState(msgspec.Struct, frozen=True, omit_defaults=True):
    """The whole saga.

    While a step is stuck the status is `needs_attention` and `code` tells of that step; `resumes`
    and `kept` are the status and the reason that the saga has apart from that. `waited` says that
    somebody outside had to act.
    """

    id: UUID
    status: Status
    deadline_at: datetime | None
    steps: dict[str, StepState]
    version: int = 0
    resumes: Status | None = None
    code: str | None = None
    detail: str | None = None
    kept: tuple[str | None, str | None] = (None, None)
    last: tuple[str, int, str] | None = None
    waited: bool = False

    @property
    def ended(self) -> bool:
        """Whether nothing will ever happen to it again."""
        return self.status in {"done", "compensated"}

    @property
    def direction(self) -> Status:
        """Where it is going, also while a step is stuck."""
        return self.resumes or self.status

    @property
    def driven(self) -> dict[str, StepState]:
        """The pending steps that are asked again without a person's decision."""
        return {name: step for name, step in self.steps.items() if step.pending and not step.stuck}

    def due_at(self) -> datetime | None:
        """When the sweep has to look at it, if no answer comes first."""
        if self.ended:
            return None
        times = [step.due_at for step in self.driven.values() if step.due_at]
        if self.status == "running" and self.deadline_at:
            times.append(self.deadline_at)
        return min(times) if times else None

    def output(self, step: str) -> dict[str, Any]:
        """What the step's participant answered, for a later local step."""
        return self.steps[step].output or {}


class Started(msgspec.Struct, frozen=True):
    """The saga begins."""


class Answered(msgspec.Struct, frozen=True, kw_only=True):
    """A participant answered; `redelivered` if the broker says that it may have been seen."""

    step: str
    generation: int
    phase: Phase
    outcome: Outcome
    code: str | None = None
    detail: str | None = None
    output: dict[str, Any] | None = None
    redelivered: bool = False


class Ticked(msgspec.Struct, frozen=True):
    """Time has passed."""


class Retried(msgspec.Struct, frozen=True, kw_only=True):
    """An operator wants the step asked again now, perhaps with another body."""

    step: str
    body: msgspec.Raw | None = None
    reason: str = ""


class Skipped(msgspec.Struct, frozen=True, kw_only=True):
    """An operator knows that the step is done, or undone, and says why."""

    step: str
    output: dict[str, Any] | None = None
    reason: str = ""


class Aborted(msgspec.Struct, frozen=True, kw_only=True):
    """A customer or an operator wants it undone; `detail` is for everybody, `reason` is not."""

    code: str
    detail: str
    reason: str = ""


Event = Started | Answered | Ticked | Retried | Skipped | Aborted


class Send(msgspec.Struct, frozen=True):
    """A command to publish once the transition is durable."""

    step: str
    phase: Phase
    generation: int
    attempt: int


class Decision(msgspec.Struct, frozen=True):
    """What an event leads to. `changed` False: nothing to store (late, repeated, not ours)."""

    state: SagaState
    sends: tuple[Send, ...] = ()
    locals: tuple[str, ...] = ()
    changed: bool = True
