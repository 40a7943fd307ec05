"""Random histories: whatever is lost, repeated, reordered or killed, a saga ends right.

ARGOSY_MACHINE_EXAMPLES sets how many histories are tried (default 1,500, of up to 100 steps each);
ARGOSY_MACHINE_RANDOM makes each run try others.
"""

import os
from collections import Counter
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from libs.saga.reducer import SagaForbids
from libs.saga.state import Aborted, Event, Retried, Skipped
from tests.saga.model import CRASHES, Crash, Verdict, World, check_end, check_world
from tests.saga.toys import ORDER, Plan

EXAMPLES = int(os.environ.get("ARGOSY_MACHINE_EXAMPLES", "1500"))
STEPS = 100
WANTED = EXAMPLES * 70

_names = [step.name for step in ORDER.steps]
_crash: st.SearchStrategy[Crash | None] = st.sampled_from([None, None, None, *CRASHES])
_verdict: st.SearchStrategy[Verdict] = st.sampled_from(
    ["done", "done", "done", "done", "rejected", "retry", "in_doubt", "waiting"]
)
_index = st.integers(0, 30)
counted: Counter[str] = Counter()


class SagaMachine(RuleBasedStateMachine):
    """One saga in a hostile world."""

    world: World

    @initialize(coupon=st.booleans(), crash=st.sampled_from([None, "before_publish"]))
    def start(self, coupon: bool, crash: Any) -> None:
        self.world = World(ORDER, Plan(coupon=coupon))
        self.world.start(crash)

    def _pick(self, index: int) -> Any:
        return self.world.flight[index % len(self.world.flight)]

    @precondition(lambda self: self.world.flight)
    @rule(index=_index, verdict=_verdict, crash=_crash)
    def deliver(self, index: int, verdict: Verdict, crash: Crash | None) -> None:
        self.world.deliver(self._pick(index), verdict, crash)

    @precondition(lambda self: self.world.flight)
    @rule(indexes=st.lists(_index, min_size=1, max_size=6))
    def deliver_well(self, indexes: list[int]) -> None:
        for index in indexes:
            if self.world.flight:
                self.world.deliver(self._pick(index))
                check_world(self.world)

    @precondition(lambda self: self.world.state.ended and not self.world.flight)
    @rule(coupon=st.booleans())
    def begin_another(self, coupon: bool) -> None:
        self._finish()
        self.start(coupon, None)

    @precondition(lambda self: self.world.flight)
    @rule(index=_index, verdict=_verdict)
    def duplicate(self, index: int, verdict: Verdict) -> None:
        self.world.deliver(self._pick(index), verdict, duplicate=True)

    @precondition(lambda self: self.world.flight)
    @rule(index=_index)
    def drop(self, index: int) -> None:
        self.world.flight.remove(self._pick(index))

    @rule(seconds=st.sampled_from([0.5, 0.5, 6, 6, 6, 30, 61, 91, 601, 4000]), crash=_crash)
    def pass_time(self, seconds: float, crash: Crash | None) -> None:
        self.world.move_clock(seconds)
        self.world.tick(crash)

    @precondition(lambda self: self.world.open_slots())
    @rule(index=_index, verdict=_verdict.filter(lambda verdict: verdict != "retry"))
    def settle(self, index: int, verdict: Verdict) -> None:
        slots = self.world.open_slots()
        self.world.settle(slots[index % len(slots)], verdict)

    @rule(name=st.sampled_from(_names), crash=_crash)
    def retry_by_hand(self, name: str, crash: Crash | None) -> None:
        self._act(Retried(step=name), crash)

    @precondition(lambda self: self.world.state.status == "needs_attention")
    @rule(name=st.sampled_from(_names))
    def skip_by_hand(self, name: str) -> None:
        if self._act(Skipped(step=name), None):
            self.world.by_hand.add(name)

    @rule(crash=_crash, dice=st.integers(0, 19))
    def abort_by_hand(self, crash: Crash | None, dice: int) -> None:
        if dice == 0:
            self._act(Aborted(code="toys.changed_mind", detail="no"), crash)

    def _act(self, event: Event, crash: Crash | None) -> bool:
        before = self.world.state
        try:
            self.world.event(event, crash)
        except SagaForbids:
            assert self.world.state == before
            return False
        return crash != "before_commit"

    @invariant()
    def holds(self) -> None:
        if hasattr(self, "world"):
            counted["steps"] += 1
            check_world(self.world)

    def teardown(self) -> None:
        """Heal: nothing is lost any more, every participant can act, a person decides."""
        if not hasattr(self, "world"):
            return
        counted["parked"] += self.world.state.status == "needs_attention"
        heal(self.world)
        self._finish()

    def _finish(self) -> None:
        counted[self.world.state.status] += 1
        check_end(self.world)


def heal(world: World) -> None:
    for _ in range(40):
        while world.flight:
            world.deliver(world.flight[0])
            check_world(world)
        for slot in world.open_slots():
            world.settle(slot, "done")
        for name, step in world.state.steps.items():
            if step.stuck:
                world.event(Retried(step=name))
        if not world.flight:
            if world.state.ended:
                return
            world.move_clock(61)
            world.tick()
    raise AssertionError(f"it never ends: {world.state}")


@pytest.mark.timeout(1200 + EXAMPLES)
def test_every_history_ends_right():
    counted.clear()
    profile = settings(
        max_examples=EXAMPLES,
        stateful_step_count=STEPS,
        deadline=None,
        database=None,
        derandomize="ARGOSY_MACHINE_RANDOM" not in os.environ,
        suppress_health_check=list(HealthCheck),
    )

    run_state_machine_as_test(SagaMachine, settings=profile)

    assert counted["steps"] >= WANTED, counted
    assert min(counted["done"], counted["compensated"], counted["parked"]) > EXAMPLES // 50, counted


def test_pinned_a_stuck_step_that_fails_in_another_way():
    world = World(ORDER, Plan(coupon=False))
    world.start()
    for _ in range(7):
        world.deliver(world.flight[0])
    world.deliver(world.flight[0], "retry", duplicate=True)
    world.deliver(world.flight[0])
    world.move_clock(4000)
    world.tick()

    while world.flight:
        world.deliver(world.flight[0])
        check_world(world)

    heal(world)
    check_end(world)
