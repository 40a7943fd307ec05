"""The same hard questions to every saga: what if this step is refused, fails, is repeated, lost,
late or killed? A new saga gets these tests for nothing.

A test parametrizes over `cases(SAGA)` and runs each one on real participants in a pump.
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from random import Random
from typing import Any, get_args
from uuid import UUID

from sqlalchemy import text

from libs.db.transaction import reading, transaction
from libs.messaging.message import Phase
from libs.saga.definition import Saga, Step
from libs.saga.operator import Operator
from libs.saga.queries import get_saga, list_saga_events
from libs.saga.reducer import COMPENSABLE_FAILURES, SagaForbids
from libs.saga.state import Aborted, Retried
from libs.testing.faults import Fault, Moment, Side
from libs.testing.pump import Pump

STORMS = 5
_BEATS = 400
_BEAT_SECONDS = 2.0


@dataclass
class Subject:
    """A saga on its real participants.

    `start` begins a new one in which no step is skipped; `check(saga_id, status)` looks at the
    effects in every participant: each exactly once if it is done, none left if compensated.
    """

    saga: Saga[Any]
    pump: Pump
    start: Callable[[], UUID]
    check: Callable[[UUID, str], None]


@dataclass(frozen=True)
class Case:
    """One question: which faults strike, what else happens, and how the saga has to end."""

    name: str
    ends: str
    faults: Callable[[], list[Fault]] = list
    then: Callable[["Run"], None] | None = None
    seed: int | None = None

    def __str__(self) -> str:
        return self.name


class Run:
    """One saga under one case."""

    def __init__(self, subject: Subject, case: Case) -> None:
        self.subject = subject
        self.pump = subject.pump
        self.case = case
        self.faults = case.faults()
        self.pump.reset(*self.faults)
        if case.seed is not None:
            self.pump.chance = Random(case.seed)  # noqa: S311  # a test's dice, not a secret
        self.app = self.pump.nodes[subject.saga.leader].app
        self.saga_id = subject.start()

    def prove(self) -> None:
        """Run it to its end and ask every question."""
        self.pump.drain()
        if self.case.then:
            self.case.then(self)
        self.finish()
        self.pump.chance = None
        self.pump.release()
        self.pump.beat(_BEAT_SECONDS)
        self.pump.beat(_BEAT_SECONDS)
        unmet = [str(fault) for fault in self.faults if fault.fired < fault.times]
        expect(not unmet, f"never happened: {unmet}")
        expect(self.status() == self.case.ends, f"it ended as {self.state()}")
        self._check_books()
        self.subject.check(self.saga_id, self.case.ends)

    def finish(self) -> None:
        """Let time pass until the saga has ended."""
        for _ in range(_BEATS):
            status = self.status()
            if status in {"done", "compensated"} and not self.pump.flight:
                return
            if status == "needs_attention":
                self._retry_what_is_stuck()
            self.pump.beat(_BEAT_SECONDS)
        raise AssertionError(f"it never ends: {self.state()}")

    def status(self) -> str:
        with self.app.app_context(), reading() as session:
            return get_saga(session, self.saga_id).status

    def state(self) -> Any:
        with self.app.app_context(), reading() as session:
            return get_saga(session, self.saga_id)

    def abort(self) -> None:
        """A customer changes their mind."""
        self._act(Aborted(code="harness.aborted", detail="a test asked for this"))
        self.pump.drain()

    def pass_deadline(self) -> None:
        self.pump.beat(self.subject.saga.deadline + 1)

    def _act(self, event: Any) -> None:
        operator = Operator([self.subject.saga])
        with self.app.app_context(), transaction() as session:
            operator.act(session, self.saga_id, event, actor="harness")

    def _retry_what_is_stuck(self) -> None:
        for name, step in self.state().steps.items():
            if step.get("stuck"):
                self._act(Retried(step=name))

    def _check_books(self) -> None:
        """The saga's timeline has no gap, and every inbox agrees with how the saga ended."""
        with self.app.app_context(), reading() as session:
            versions = [event.version for event in list_saga_events(session, self.saga_id)]
        expect(versions == list(range(1, len(versions) + 1)), f"versions {versions}")
        query = text("SELECT step, max(state) FROM inbox WHERE source = :id GROUP BY step")
        states: dict[str, str] = {}
        for node in self.pump.nodes.values():
            with node.app.app_context(), reading() as session:
                found = session.execute(query, {"id": self.saga_id})
                states |= {step: state for step, state in found}  # noqa: C416  # rows, not pairs
                waiting = session.execute(text("SELECT count(*) FROM outbox")).scalar_one()
                parked = session.execute(text("SELECT count(*) FROM dead_letter")).scalar_one()
            expect((waiting, parked) == (0, 0), f"{node.name}: {waiting} unsent, {parked} parked")
        if self.case.ends == "done":
            remote = {step.name for step in self.subject.saga.steps if not step.local}
            expect(states.keys() == remote, f"inboxes know {states}")
        else:
            expect(not {"done", "started"} & set(states.values()), f"inboxes know {states}")


def expect(fact: bool, otherwise: str) -> None:  # the fact is the point
    """Fail with a sentence."""
    if not fact:
        raise AssertionError(otherwise)


def cases(saga: Saga[Any], slow: Collection[str] = ()) -> list[Case]:
    """Every question for every step; `slow` names the steps that call somebody outside."""
    remote = [step for step in saga.steps if not step.local]
    found = [Case("happy", "done")]
    for step in remote:
        found += _of_step(step)
        found += _deaths(step.name, "do", step.name in slow, "done", [])
        if step.kind == "compensable":
            found += _of_undo(saga, step, step.name in slow)
    return found + [_storm(seed) for seed in range(STORMS)]


def _of_step(step: Step[Any]) -> Iterator[Case]:
    name = step.name
    refused_ends = "done" if step.kind == "retriable" else "compensated"
    yield _case(refused_ends, Fault("reject", name))
    yield _case("done", Fault("fail", name, times=2))
    yield _case("done", Fault("duplicate", name, times=2))
    yield _case("done", Fault("duplicate", name, side="leader"))
    yield _case("done", Fault("lose", name, times=2))
    # For the pivot this is the outcome that nobody knows.
    yield _case("done", Fault("lose", name, side="leader", times=2))
    if step.kind == "compensable":
        yield _case("compensated", Fault("fail", name, times=COMPENSABLE_FAILURES))
        yield Case(f"late-{name}", "compensated", lambda: [Fault("hold", name)], Run.pass_deadline)
        yield Case(f"expired-{name}", "compensated", lambda: [Fault("hold", name)], _expire)
        yield Case(f"undo-before-{name}", "compensated", lambda: [Fault("hold", name)], Run.abort)
    else:
        yield Case(f"late-{name}", "done", lambda: [Fault("hold", name)], Run.pass_deadline)
        yield Case(f"abort-at-{name}", "done", lambda: [Fault("hold", name)], _abort_in_vain)


def _of_undo(saga: Saga[Any], step: Step[Any], slow: bool) -> Iterator[Case]:
    name, refused = step.name, Fault("reject", saga.pivot)
    for fault in (
        Fault("duplicate", name, "undo", times=2),
        Fault("duplicate", name, "undo", "leader"),
        Fault("fail", name, "undo", times=2),
        Fault("lose", name, "undo", times=2),
        Fault("lose", name, "undo", "leader", times=2),
    ):
        yield _case("compensated", refused, fault)
    yield from _deaths(name, "undo", slow, "compensated", [refused])


def _deaths(
    name: str, phase: Phase, slow: bool, ends: str, others: Sequence[Fault]
) -> Iterator[Case]:
    """A process dies at each boundary of the participant's and of the leader's work."""
    sides: list[Side] = ["participant", "leader"]
    for side in sides:
        for moment in get_args(Moment):
            yield _case(ends, *others, Fault("die", name, phase, side, moment))
    if slow:
        moments: list[Moment] = ["before", "uncommitted", "unpublished"]
        for moment in moments:
            yield _case(ends, *others, Fault("die", name, phase, "slow", moment))


def _case(ends: str, *faults: Fault) -> Case:
    def fresh() -> list[Fault]:
        return [replace(one) for one in faults]

    return Case(str(faults[-1]), ends, fresh)


def _storm(seed: int) -> Case:
    """Everything shuffled, some of it lost, some of it twice."""
    return Case(f"storm-{seed}", "done", seed=seed)


def _expire(run: Run) -> None:
    """The command arrives after its deadline, before its undo."""
    run.pump.ahead += timedelta(seconds=run.subject.saga.deadline + 1)
    run.pump.release()


def _abort_in_vain(run: Run) -> None:
    """Once the pivot is sent, nobody undoes anything."""
    try:
        run.abort()
    except SagaForbids:
        return
    raise AssertionError("a saga was aborted after its pivot had been sent")
