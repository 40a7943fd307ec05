"""Two processes that get the same step at the same time: one effect, the same answer."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from uuid import uuid4

import pytest

from libs.messaging.wire import Outgoing
from tests.libs.messaging.toys import GiveBack, Participant, Take, command, outcomes

_ROUNDS = 15


@pytest.fixture
def rivals(participant):
    return participant, Participant(participant.app)


def _together(rivals: Sequence[Participant], *messages: Outgoing) -> list[str]:
    """Each rival takes its message at the same moment; the outcomes, in order."""
    barrier = Barrier(len(rivals), timeout=10)

    def take(rival: Participant, message: Outgoing) -> list[str]:
        barrier.wait()
        return outcomes(rival.take(message).outgoing)

    with ThreadPoolExecutor(len(rivals)) as pool:
        futures = [pool.submit(take, *pair) for pair in zip(rivals, messages, strict=True)]
        return [future.result(timeout=30)[0] for future in futures]


def test_one_command_taken_twice_at_once_has_one_effect(rivals):
    for number in range(1, _ROUNDS + 1):
        sent = command(Take(), saga=uuid4())

        assert _together(rivals, sent, sent) == ["done", "done"]
        assert len(rivals[0].effects()) == number


def test_a_command_and_its_undo_at_once_leave_no_residue(rivals):
    seen = set()
    for _ in range(_ROUNDS):
        saga = uuid4()

        answers = _together(
            rivals, command(Take(), saga=saga), command(GiveBack(), phase="undo", saga=saga)
        )

        seen.add(tuple(answers))
        effects = rivals[0].effects()
        assert effects.count("take") == effects.count("give back")
    assert seen <= {("done", "undone"), ("cancelled", "undone")}


def test_batches_of_the_same_commands_in_another_order_have_one_effect_each(rivals):
    sagas = [uuid4() for _ in range(8)]
    batch = [command(Take(), saga=saga) for saga in sagas]
    barrier = Barrier(2, timeout=10)

    def take(rival, messages):
        barrier.wait()
        return outcomes(rival.take(*messages).outgoing)

    with ThreadPoolExecutor(2) as pool:
        futures = [
            pool.submit(take, rivals[0], batch),
            pool.submit(take, rivals[1], batch[::-1]),
        ]
        answers = [future.result(timeout=60) for future in futures]

    assert answers == [["done"] * 8] * 2
    assert rivals[0].effects() == ["take"] * 8
