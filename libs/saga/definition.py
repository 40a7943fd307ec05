"""A saga as data: compensable steps, one pivot, retriable steps, and local steps among them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, Literal, TypeVar

from sqlalchemy.orm import Session

from libs.messaging.message import Command, Payload
from libs.saga.state import SagaState

P = TypeVar("P", bound=Payload)
Kind = Literal["compensable", "pivot", "retriable", "local"]
# A local step runs inside the transition's own transaction and must not be refused.
Local = Callable[[Session, P, SagaState], None]
_PARTS = {
    "compensable": {"do", "undo"},
    "pivot": {"do"},
    "retriable": {"do"},
    "local": {"local"},
}


class BadSaga(Exception):
    """The definition could leave something half done; the message names the fault."""


@dataclass(frozen=True)
class Step(Generic[P]):
    """One step. `after` None means: after the step before it in the list."""

    name: str
    kind: Kind
    do: Callable[[P], Command] | None = None
    undo: Callable[[P], Command] | None = None
    local: Local[P] | None = None
    after: tuple[str, ...] | None = None
    when: Callable[[P], bool] | None = None
    timeout: float = 5.0
    wait: float = 0.0


def compensable(  # a step is declared by keywords
    name: str,
    do: Callable[[P], Command],
    undo: Callable[[P], Command],
    after: tuple[str, ...] | None = None,
    when: Callable[[P], bool] | None = None,
    timeout: float = 5.0,
    wait: float = 0.0,
) -> Step[P]:
    """Can be undone. `timeout` seconds without an answer and it is asked again; a participant that
    waits for somebody outside may do so for `wait` seconds."""
    return Step(name, "compensable", do, undo, None, after, when, timeout, wait)


def pivot(
    name: str,
    do: Callable[[P], Command],
    after: tuple[str, ...] | None = None,
    timeout: float = 5.0,
) -> Step[P]:
    """The point of no return: once sent, only its own definite answer decides.

    Asked again it must not act again but find out what became of the first time.
    """
    return Step(name, "pivot", do, None, None, after, None, timeout)


def retriable(
    name: str,
    do: Callable[[P], Command],
    after: tuple[str, ...] | None = None,
    when: Callable[[P], bool] | None = None,
    timeout: float = 5.0,
) -> Step[P]:
    """Cannot be refused; repeated until it is done."""
    return Step(name, "retriable", do, None, None, after, when, timeout)


def local(name: str, run: Local[P], after: tuple[str, ...] | None = None) -> Step[P]:
    """Work in the leader's own database, part of the transition that reaches it."""
    return Step(name, "local", None, None, run, after)


@dataclass(frozen=True)
class Saga(Generic[P]):
    """A workflow. Times in seconds; `deadline` counts until the pivot is sent.

    `patience` is how long a step that must succeed is repeated before a person is asked. The hooks
    are local steps for the moments that are no step: somebody outside must act, all was undone.
    """

    name: str
    plan: type[P]
    steps: tuple[Step[P], ...]
    version: int = 1
    deadline: float = 90.0
    patience: float = 86_400.0
    waiting: Local[P] | None = None
    compensated: Local[P] | None = None
    completed: Local[P] | None = None

    def __post_init__(self) -> None:
        check(self)

    @property
    def leader(self) -> str:
        """The service that leads it."""
        return self.name.partition(".")[0]

    @property
    def pivot(self) -> str:
        """The name of the one step after which there is no way back."""
        return next(step.name for step in self.steps if step.kind == "pivot")

    def step(self, name: str) -> Step[P]:
        """The step of that name; a KeyError if this version has none."""
        for step in self.steps:
            if step.name == name:
                return step
        raise KeyError(name)

    def needs(self, step: Step[P]) -> tuple[str, ...]:
        """The steps that must be over before this one starts."""
        if step.after is not None:
            return step.after
        index = self.steps.index(step)
        return (self.steps[index - 1].name,) if index else ()

    def dependents(self, name: str) -> set[str]:
        """Every step that directly or indirectly comes after this one."""
        found: set[str] = set()
        for step in self.steps:
            if any(need == name or need in found for need in self.needs(step)):
                found.add(step.name)
        return found


def check(saga: Saga[Any]) -> None:
    """Refuse, when the module is imported, what could leave something half done."""
    names = [step.name for step in saga.steps]
    if saga.leader == saga.name:
        raise BadSaga(f"{saga.name} names no service that leads it")
    if min(saga.deadline, saga.patience) <= 0:
        raise BadSaga(f"{saga.name} needs a deadline and a patience above 0")
    if len(set(names)) != len(names):
        raise BadSaga(f"{saga.name} has two steps of one name")
    if [step.kind for step in saga.steps].count("pivot") != 1:
        raise BadSaga(f"{saga.name} needs exactly one pivot")
    for index, step in enumerate(saga.steps):
        unknown = set(saga.needs(step)) - set(names[:index])
        if unknown:
            raise BadSaga(f"{saga.name}: {step.name} comes before {', '.join(sorted(unknown))}")
        _check_parts(saga, step)
    _check_order(saga)


def _check_parts(saga: Saga[Any], step: Step[Any]) -> None:
    parts = {part for part in ("do", "undo", "local") if getattr(step, part)}
    if parts != _PARTS[step.kind]:
        needed = " and ".join(sorted(_PARTS[step.kind]))
        raise BadSaga(f"{saga.name}: {step.name} is {step.kind} and needs exactly {needed}")
    if step.kind == "pivot" and step.when:
        raise BadSaga(f"{saga.name}: the pivot cannot be left out")
    if step.timeout <= 0:
        raise BadSaga(f"{saga.name}: {step.name} needs a timeout above 0")


def _check_order(saga: Saga[Any]) -> None:
    after_pivot = saga.dependents(saga.pivot)
    for step in saga.steps:
        if step.kind == "pivot":
            continue
        if (step.kind == "compensable") is (step.name in after_pivot):
            side = "after" if step.name in after_pivot else "before"
            raise BadSaga(f"{saga.name}: {step.name} is {step.kind} and stands {side} the pivot")
        if step.kind == "compensable" and saga.pivot not in saga.dependents(step.name):
            raise BadSaga(f"{saga.name}: the pivot does not wait for {step.name}")


class Registry:
    """The sagas that this code knows, by name and version."""

    def __init__(self, sagas: Sequence[Saga[Any]] = ()) -> None:
        self._sagas: dict[tuple[str, int], Saga[Any]] = {}
        for saga in sagas:
            self.add(saga)

    def add(self, saga: Saga[Any]) -> None:
        """Make a version known; each may be defined once."""
        key = (saga.name, saga.version)
        if key in self._sagas:
            raise BadSaga(f"{saga.name} version {saga.version} is defined twice")
        self._sagas[key] = saga

    def find(self, name: str, version: int) -> Saga[Any] | None:
        """The definition, unless this code is older or younger than the saga."""
        return self._sagas.get((name, version))

    def __iter__(self) -> Any:
        return iter(self._sagas.values())
