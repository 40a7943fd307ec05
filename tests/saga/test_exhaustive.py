"""Every interleaving of a small saga with at most one crash, one duplicate, one refusal, one
deadline: no path is stuck, runs for ever or ends wrong."""

from collections import deque
from collections.abc import Callable, Iterator
from copy import copy
from functools import partial
from graphlib import TopologicalSorter
from typing import Any, NamedTuple

import pytest

from libs.saga.definition import Saga, compensable, pivot, retriable
from libs.saga.state import Retried
from tests.saga.model import CRASHES, Command, World, check_end, check_world
from tests.saga.toys import Plan, ask, note

SMALL: Saga[Plan] = Saga(
    name="toys.small",
    plan=Plan,
    steps=(
        compensable("stock", ask, ask),
        compensable("coupon", ask, ask, after=()),
        compensable("authorize", ask, ask, after=("stock", "coupon")),
        pivot("capture", ask),
        retriable("ship", ask),
    ),
    compensated=note,
    completed=note,
)


class Budget(NamedTuple):
    """How many mishaps a path may still meet."""

    crashes: int = 1
    duplicates: int = 1
    refusals: int = 1
    deadlines: int = 1


Act = Callable[[World], Any]
Move = tuple[Act, Budget]


def _fork(world: World) -> World:
    fork = copy(world)
    fork.flight = list(world.flight)
    for name in ("inbox", "doubts", "effects", "reversals", "locals"):
        setattr(fork, name, getattr(world, name).copy())
    return fork


def _key(world: World, budget: Budget) -> Any:
    """What decides how it goes on: no times, no attempts, messages without their order."""
    state = world.state
    flight = sorted(
        (type(m).__name__, *m[:3], _expired(world, m) if isinstance(m, Command) else m[3:])
        for m in world.flight
    )
    steps = tuple((s.status, s.generation, s.stuck, s.refused) for s in state.steps.values())
    inbox = tuple(sorted(world.inbox.items()))
    return state.status, steps, state.last, tuple(flight), inbox, budget


def _expired(world: World, command: Command) -> bool:
    return command.expires_at is not None and command.expires_at <= world.now


def _moves(world: World, budget: Budget) -> Iterator[Move]:
    for message in dict.fromkeys(world.flight):
        yield partial(World.deliver, message=message), budget
        if budget.duplicates:
            less = budget._replace(duplicates=0)
            yield partial(World.deliver, message=message, duplicate=True), less
        if budget.crashes:
            less = budget._replace(crashes=0)
            for crash in CRASHES:
                yield partial(World.deliver, message=message, crash=crash), less
        if budget.refusals and isinstance(message, Command) and message.phase == "do":
            less = budget._replace(refusals=0)
            yield partial(World.deliver, message=message, verdict="rejected"), less
    yield from _timers(world, budget)


def _timers(world: World, budget: Budget) -> Iterator[Move]:
    state = world.state
    if budget.deadlines and state.status == "running" and state.deadline_at:
        yield _pass_deadline, budget._replace(deadlines=0)
    for name, step in state.steps.items():
        if step.stuck:
            yield partial(World.event, event=Retried(step=name)), budget
    if not world.flight and state.due_at():
        yield _wait_until_due, budget
        if budget.crashes:
            yield partial(_wait_until_due, crash="before_publish"), budget._replace(crashes=0)


def _pass_deadline(world: World) -> None:
    assert world.state.deadline_at
    world.now = max(world.now, world.state.deadline_at)
    world.tick()


def _wait_until_due(world: World, crash: Any = None) -> None:
    due_at = world.state.due_at()
    assert due_at
    world.now = max(world.now, due_at)
    world.tick(crash)


def explore(*beginnings: tuple[World, Budget]) -> tuple[dict[Any, set[Any]], list[World]]:
    """The graph of all reachable states, and the worlds where nothing more can happen."""
    graph: dict[Any, set[Any]] = {_key(*beginning): set() for beginning in beginnings}
    ends: list[World] = []
    todo = deque(beginnings)
    while todo:
        world, budget = todo.popleft()
        key = _key(world, budget)
        moves = list(_moves(world, budget))
        if not moves:
            ends.append(world)
        for act, left in moves:
            after = _fork(world)
            act(after)
            check_world(after)
            reached = _key(after, left)
            if reached not in graph:
                graph[reached] = set()
                todo.append((after, left))
            graph[key].add(reached)
    return graph, ends


@pytest.mark.timeout(300)
def test_every_path_ends_right():
    started, lost = World(SMALL, Plan()), World(SMALL, Plan())
    started.start()
    lost.start("before_publish")

    graph, ends = explore((started, Budget()), (lost, Budget(crashes=0)))

    TopologicalSorter(graph).prepare()  # a CycleError would be a path that runs for ever
    for world in ends:
        check_end(world)
    assert {world.state.status for world in ends} == {"done", "compensated"}
    assert len(graph) > 50_000
    assert len(ends) > 100
