"""A world around the real reducer: model participants, messages in flight, a clock, crashes.

Everything durable survives a crash, everything else is lost, exactly as with the real database and
the real broker. Each transition is checked at once against what must always hold.
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal, NamedTuple

import msgspec

from libs.messaging.message import Outcome, Payload, Phase
from libs.saga.definition import Saga
from libs.saga.reducer import decide
from libs.saga.state import Answered, Decision, Event, SagaState, Started, Ticked
from libs.saga.transition import COMPENSATED, COMPLETED, initial
from tests.saga.toys import SAGA_ID, START

Verdict = Literal["done", "rejected", "retry", "in_doubt", "waiting"]
# Where a process dies: nothing is durable yet; it is, but nothing was sent; all but the
# acknowledgement is over.
Crash = Literal["before_commit", "before_publish", "before_ack"]
CRASHES: tuple[Crash, ...] = ("before_commit", "before_publish", "before_ack")
_TOUCHED = {"sent", "ok", "undoing"}


class Command(NamedTuple):
    """A command in flight."""

    step: str
    generation: int
    phase: Phase
    expires_at: datetime | None


class Reply(NamedTuple):
    """An answer in flight."""

    step: str
    generation: int
    phase: Phase
    outcome: Outcome
    redelivered: bool = False


Message = Command | Reply
Slot = tuple[str, int]


@dataclass
class World:
    """One saga, its participants' inboxes and effects, and what is on the way between them."""

    saga: Saga[Any]
    plan: Payload
    now: datetime = START
    flight: list[Message] = field(default_factory=list)
    inbox: dict[Slot, str] = field(default_factory=dict)
    doubts: dict[Slot, Outcome] = field(default_factory=dict)
    effects: Counter[str] = field(default_factory=Counter)
    reversals: Counter[str] = field(default_factory=Counter)
    locals: Counter[str] = field(default_factory=Counter)
    by_hand: set[str] = field(default_factory=set)
    state: SagaState = field(init=False)

    def __post_init__(self) -> None:
        self.state = initial(self.saga, SAGA_ID, self.now)

    def start(self, crash: Crash | None = None) -> None:
        self.event(Started(), crash)

    def event(self, event: Event, crash: Crash | None = None) -> Decision:
        """One transition of the leader, perhaps its last act."""
        decision = decide(self.saga, self.plan, self.state, event, self.now)
        if crash != "before_commit":
            check_transition(self.saga, self.state, decision)
            self.state = decision.state
            self.locals.update(decision.locals)
        if crash in {None, "before_ack"}:
            self.flight += [
                Command(
                    send.step,
                    send.generation,
                    send.phase,
                    decision.state.deadline_at if send.phase == "do" else None,
                )
                for send in decision.sends
            ]
        return decision

    def tick(self, crash: Crash | None = None) -> None:
        self.event(Ticked(), crash)

    def move_clock(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)

    def deliver(
        self,
        message: Message,
        verdict: Verdict = "done",
        crash: Crash | None = None,
        *,
        duplicate: bool = False,
    ) -> None:
        """Handle a message in flight; a duplicate stays there as well."""
        if not duplicate:
            self.flight.remove(message)
        if isinstance(message, Command):
            self._obey(message, verdict, crash)
        else:
            event = Answered(
                step=message.step,
                generation=message.generation,
                phase=message.phase,
                outcome=message.outcome,
                code=f"toys.{message.outcome}",
                redelivered=message.redelivered,
            )
            self.event(event, crash)
            if crash:
                self.flight.append(message._replace(redelivered=True))

    def settle(self, slot: Slot, verdict: Verdict) -> None:
        """A participant learns what became of a step that it left open."""
        if self.inbox.get(slot) == "started":
            self._decide(slot, verdict)
            self._reply(slot, "do", verdict)

    def open_slots(self) -> list[Slot]:
        return [slot for slot, state in self.inbox.items() if state == "started"]

    def _obey(self, command: Command, verdict: Verdict, crash: Crash | None) -> None:
        slot = (command.step, command.generation)
        if crash == "before_commit":
            self.flight.append(command)
            return
        outcome = (
            self._do(slot, command, verdict) if command.phase == "do" else self._undo(slot, verdict)
        )
        if crash != "before_publish":
            self._reply(slot, command.phase, outcome)
        if crash:
            self.flight.append(command)

    def _do(self, slot: Slot, command: Command, verdict: Verdict) -> Outcome:
        known = self.inbox.get(slot)
        if known is None:
            if command.expires_at and command.expires_at <= self.now:
                self.inbox[slot] = "cancelled"
                return "cancelled"
            if verdict != "retry":
                self._decide(slot, verdict)
            return verdict
        if known in {"done", "rejected"}:
            return "done" if known == "done" else "rejected"
        return self.doubts[slot] if known == "started" else "cancelled"

    def _decide(self, slot: Slot, verdict: Verdict) -> None:
        match verdict:
            case "in_doubt" | "waiting":
                self.inbox[slot] = "started"
                self.doubts[slot] = verdict
            case "done":
                self.inbox[slot] = "done"
                self.effects[slot[0]] += 1
            case "rejected":
                self.inbox[slot] = "rejected"

    def _undo(self, slot: Slot, verdict: Verdict) -> Outcome:
        known = self.inbox.get(slot)
        if known is None:
            self.inbox[slot] = "cancelled"
        elif known in {"done", "started"}:
            if verdict != "done":
                return verdict
            if known == "done":
                self.reversals[slot[0]] += 1
            self.inbox[slot] = "undone"
        return "undone"

    def _reply(self, slot: Slot, phase: Phase, outcome: Outcome) -> None:
        self.flight.append(Reply(slot[0], slot[1], phase, outcome))


def check_transition(saga: Saga[Any], before: SagaState, decision: Decision) -> None:
    """What holds for each single transition."""
    after = decision.state
    if not decision.changed:
        assert after == before
        assert not decision.locals
        return
    assert after.version == before.version + 1
    assert msgspec.json.decode(msgspec.json.encode(after), type=SagaState) == after
    for send in decision.sends:
        step = after.steps[send.step]
        assert step.pending == send.phase
        assert step.generation == send.generation
    for send in decision.sends:
        if send.phase == "undo":
            later = saga.dependents(send.step)
            assert not any(
                after.steps[name].status in _TOUCHED and saga.step(name).undo for name in later
            ), f"{send.step} is undone before what was built on it"
    if before.steps[saga.pivot].status in {"sent", "ok"}:
        back = after.direction in {"aborting", "compensated"}
        assert not back or after.steps[saga.pivot].status == "rejected"
        assert before.steps[saga.pivot].status == "sent" or not back


def check_world(world: World) -> None:
    """What holds at any time."""
    state = world.state
    pending = [step for step in state.steps.values() if step.pending]
    for step in world.saga.steps:
        done, undone = world.effects[step.name], world.reversals[step.name]
        assert done <= 1, f"{step.name} took effect {done} times"
        assert undone <= done, f"{step.name} was undone and never done"
    for name in world.locals:
        assert world.locals[name] <= 1 or name == "@waiting", f"{name} ran twice"
    assert state.ended != bool(pending)
    if state.status == "needs_attention":
        stuck = [step for step in pending if step.stuck]
        assert state.code in {step.code for step in stuck}
        assert state.code
    elif not state.ended:
        assert not any(step.stuck for step in pending)
        assert state.due_at() is not None, "nothing would ever wake it"


def check_end(world: World) -> None:
    """What holds when a saga has ended and every message has arrived."""
    state = world.state
    assert state.status in {"done", "compensated"}
    hooks = {"done": COMPLETED, "compensated": COMPENSATED}
    assert [name for name in hooks.values() if world.locals[name]] == [hooks[state.status]]
    for step in world.saga.steps:
        if step.name in world.by_hand or step.local:
            continue
        left = world.effects[step.name] - world.reversals[step.name]
        wanted = state.status == "done" and state.steps[step.name].status != "skipped"
        assert left == int(wanted), (
            f"{step.name} has {left} effects in a saga that is {state.status}"
        )
