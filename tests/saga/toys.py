"""A small order saga to reason about, and a driver that feeds it events without any I/O."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy.orm import Session

from libs.messaging.message import Command, Payload, Phase
from libs.saga.definition import Saga, compensable, local, pivot, retriable
from libs.saga.reducer import decide
from libs.saga.state import Answered, Decision, Event, SagaState, Started, StepState, Ticked
from libs.saga.transition import initial

START = datetime(2026, 1, 1, tzinfo=UTC)
# An identifier whose spread makes every pause 1.001 of its nominal length at most.
SAGA_ID = UUID(int=499)


class Plan(Payload, frozen=True, kw_only=True):
    """What the toy saga was asked for."""

    coupon: bool = True


class Ask(Command, frozen=True, kw_only=True):
    """Stands for every command; its step tells what it means."""

    wire_name: ClassVar[str] = "toys.ask.v1"


def ask(_plan: Plan) -> Ask:
    return Ask()


def note(_session: Session, _plan: Plan, _state: SagaState) -> None:
    """A local step whose effect is that it was named."""


ORDER: Saga[Plan] = Saga(
    name="toys.order",
    plan=Plan,
    steps=(
        compensable("stock", ask, ask),
        compensable("coupon", ask, ask, after=(), when=lambda plan: plan.coupon),
        compensable("authorize", ask, ask, after=("stock", "coupon"), timeout=10, wait=600),
        pivot("capture", ask),
        local("confirm", note),
        retriable("ship", ask, after=("confirm",)),
        retriable("close", ask, after=("confirm",)),
    ),
    deadline=90,
    patience=3600,
    waiting=note,
    compensated=note,
    completed=note,
)


class Driver:
    """One saga and its clock; `last` is what the latest event led to."""

    def __init__(self, saga: Saga[Any] = ORDER, plan: Payload | None = None) -> None:
        self.saga = saga
        self.plan = plan or Plan()
        self.now = START
        self.state = initial(saga, SAGA_ID, self.now)
        self.last = Decision(self.state)
        self.feed(Started())

    def feed(self, event: Event) -> "Driver":
        self.last = decide(self.saga, self.plan, self.state, event, self.now)
        self.state = self.last.state
        return self

    def answer(
        self, step: str, outcome: Any = "done", phase: Phase = "do", **more: Any
    ) -> "Driver":
        known = self.state.steps.get(step, StepState())
        generation = more.pop("generation", known.generation)
        event = Answered(step=step, generation=generation, phase=phase, outcome=outcome, **more)
        return self.feed(event)

    def undone(self, *steps: str) -> "Driver":
        for step in steps:
            self.answer(step, "undone", "undo")
        return self

    def done(self, *steps: str) -> "Driver":
        for step in steps:
            self.answer(step)
        return self

    def wait(self, seconds: float) -> "Driver":
        self.now += timedelta(seconds=seconds)
        return self.feed(Ticked())

    def wait_until_due(self) -> "Driver":
        due_at = self.state.due_at()
        assert due_at is not None, "nothing is due"
        self.now = max(self.now, due_at)
        return self.feed(Ticked())

    def step(self, name: str) -> StepState:
        return self.state.steps[name]

    @property
    def status(self) -> str:
        return self.state.status

    @property
    def sent(self) -> list[str]:
        """The latest event's commands: `stock.do#1`."""
        return names(self.last)


def names(decision: Decision) -> list[str]:
    return [f"{send.step}.{send.phase}#{send.attempt}" for send in decision.sends]


def paid(driver: Driver | None = None) -> Driver:
    """An order whose pivot has just been sent."""
    return (driver or Driver()).done("stock", "coupon", "authorize")


def statuses(driver: Driver, steps: Sequence[str]) -> list[str]:
    return [driver.step(name).status for name in steps]
