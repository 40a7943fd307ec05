"""How a saga moves: forward step by step, or back by undoing; pure, like the reducer above it."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from msgspec.structs import replace

from libs.messaging.message import Payload
from libs.saga.definition import Saga, Step
from libs.saga.state import Decision, SagaState, Send, StepState

WAITING, COMPENSATED, COMPLETED = "@waiting", "@compensated", "@completed"
_LONGEST_PAUSE = 60.0
_FIRST_PAUSE = 0.4
_OVER = {"ok", "skipped"}


class Transition:
    """One transition while it is worked out."""

    def __init__(self, saga: Saga[Any], plan: Payload, state: SagaState, now: datetime) -> None:
        self.saga = saga
        self.plan = plan
        self.state = state
        self.now = now
        self.steps = dict(state.steps)
        self.sends: list[Send] = []
        self.locals: list[str] = []

    def decision(self) -> Decision:
        state = replace(self.state, steps=self.steps, version=self.state.version + 1)
        return Decision(state, tuple(self.sends), tuple(self.locals))

    def over(self, name: str, output: dict[str, Any] | None) -> None:
        """The pending phase of the step is definitely done, even if it was stuck."""
        self.resume(name)
        undone = self.steps[name].pending == "undo"
        kept = self.steps[name].output if undone else output
        self.put(
            name,
            status="undone" if undone else "ok",
            due_at=None,
            waiting=False,
            output=kept,
            failures=0,
            code=None,
            detail=None,
        )
        self.go_on()

    def go_on(self) -> None:
        if self.state.direction == "running":
            self.advance()
        elif self.state.direction == "aborting":
            self.compensate()

    def advance(self) -> None:
        """Start every step whose needs are met, until nothing more can start."""
        progress = True
        while progress:
            ready = [step for step in self.saga.steps if self._ready(step)]
            progress = any([self._start(step) for step in ready])  # noqa: C419  # start them all
        if all(step.status in _OVER for step in self.steps.values()):
            self.set(status="done", deadline_at=None)
            if self.saga.completed:
                self.locals.append(COMPLETED)

    def _ready(self, step: Step[Any]) -> bool:
        needs = self.saga.needs(step)
        return self.steps[step.name].status == "idle" and all(
            self.steps[need].status in _OVER for need in needs
        )

    def _start(self, step: Step[Any]) -> bool:
        """Whether the step is over at once, so that others may start."""
        if step.when and not step.when(self.plan):
            self.put(step.name, status="skipped")
            return True
        if step.local:
            self.locals.append(step.name)
            self.put(step.name, status="ok")
            return True
        if step.kind == "pivot":
            self.set(deadline_at=None)
        self.send(step.name, "sent")
        return False

    def abort(self, code: str, detail: str) -> None:
        self.set(status="aborting", code=code, detail=detail, deadline_at=None)
        self.compensate()

    def compensate(self) -> None:
        """Undo what has no undone successor left; independent branches at the same time."""
        touched = [
            step.name
            for step in reversed(self.saga.steps)
            if step.undo and self.steps[step.name].status in {"sent", "ok", "undoing"}
        ]
        for name in touched:
            waits_for = self.saga.dependents(name).intersection(touched)
            if not waits_for and self.steps[name].status != "undoing":
                self.put(name, waiting=False, failures=0, attempt=0, since=None)
                self.send(name, "undoing")
        if not touched:
            self.set(status="compensated")
            if self.saga.compensated:
                self.locals.append(COMPENSATED)

    def resume(self, name: str) -> None:
        """The step is stuck no more; once none is, the saga is what it was apart from that."""
        self.put(name, stuck=False)
        stuck = next((step for step in self.steps.values() if step.stuck), None)
        if stuck:
            self.set(code=stuck.code, detail=stuck.detail)
        elif self.state.resumes:
            code, detail = self.state.kept
            self.set(
                status=self.state.resumes, resumes=None, code=code, detail=detail, kept=(None, None)
            )

    def beyond_return(self) -> bool:
        return self.steps[self.saga.pivot].status in {"sent", "ok"}

    def must_succeed(self, name: str) -> bool:
        return self.steps[name].pending == "undo" or self.saga.step(name).kind != "compensable"

    def park(self, name: str, code: str, detail: str | None) -> None:
        """The step waits for a person; the other branches go on meanwhile."""
        self.put(name, stuck=True, code=code, detail=detail)
        if not self.state.resumes:
            kept = (self.state.code, self.state.detail)
            self.set(status="needs_attention", resumes=self.state.status, kept=kept)
        self.set(code=code, detail=detail)

    def send(self, name: str, status: str) -> None:
        self.put(name, status=status, since=self.now)
        self.ask(name, attempt=1)

    def ask(self, name: str, *, attempt: int) -> None:
        step = self.steps[name]
        self.put(name, attempt=attempt, due_at=self.pause(name, attempt))
        phase = self.steps[name].pending
        if phase:
            self.sends.append(Send(name, phase, step.generation, attempt))

    def pause(self, name: str, times: int) -> datetime:
        """When to ask again: after the timeout, doubled each time, so that a backlog calms down."""
        return self.after(self.saga.step(name).timeout, times)

    def pause_after_fault(self, times: int) -> datetime:
        """When to ask again a participant that could not act just now: soon, then ever later."""
        return self.after(_FIRST_PAUSE, times)

    def after(self, first: float, times: int) -> datetime:
        seconds = min(_LONGEST_PAUSE, first * 2 ** min(times - 1, 10))
        # Spread by identity instead of chance: the decision stays a function of its arguments.
        spread = 0.75 + (self.state.id.int % 997) / 997 / 2
        return self.now + timedelta(seconds=seconds * spread)

    def put(self, name: str, **changes: Any) -> None:
        self.steps[name] = replace(self.steps[name], **changes)

    def set(self, **changes: Any) -> None:
        self.state = replace(self.state, **changes)


def initial(saga: Saga[Any], saga_id: UUID, now: datetime) -> SagaState:
    """A saga that has not begun."""
    return SagaState(
        id=saga_id,
        status="running",
        deadline_at=now + timedelta(seconds=saga.deadline),
        steps={step.name: StepState() for step in saga.steps},
    )
