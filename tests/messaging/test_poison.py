"""Messages that nobody can handle end in a table, with a reason; their neighbours go on."""

from collections.abc import Callable
from uuid import uuid4

import pytest

from libs.messaging.message import SagaKey
from libs.messaging.topology import replies
from libs.messaging.wire import Outgoing, pack
from tests.messaging.floor import Floor, eventually, once
from tests.messaging.toys import ActAlpha, ActGamma, Charge


def command(**changes: str) -> Outgoing:
    key = SagaKey(uuid4(), "alpha", 0, "do", 1)
    return pack(
        ActAlpha(number=999),
        source="desk",
        key=key,
        saga_type="desk.trip",
        reply_to=changes.get("reply_to", replies("desk")),
    )


POISON: dict[str, tuple[Callable[[], bytes], dict[str, str], str]] = {
    "not JSON": (lambda: b"\xff{", {"task": "alpha.act.v1"}, "unreadable: JSON is malformed"),
    "no task, not JSON": (lambda: b"\xff{", {}, "unreadable: it names no task, and is not JSON"),
    "no task": (lambda: b'{"a": 1}', {}, "unreadable: it names no task"),
    "wrong envelope": (
        lambda: b'[[],{"message":{"id":"1"}},{}]',
        {"task": "alpha.act.v1"},
        "unreadable: Invalid UUID",
    ),
    "unknown task": (
        lambda: command().body,
        {"task": "alpha.sing.v1"},
        "unreadable: there is no task alpha.sing.v1",
    ),
    "unknown version": (
        lambda: command().body,
        {"task": "alpha.act.v7"},
        "unreadable: there is no task alpha.act.v7",
    ),
    "another's name": (
        lambda: command().body,
        {"task": "alpha.undo.v1"},
        "unreadable: the header names alpha.undo.v1, the envelope alpha.act.v1",
    ),
    "70 KB": (
        lambda: command().body + b" " * 70_000,
        {"task": "alpha.act.v1"},
        "bytes are more than a message may have",
    ),
}


def test_poison_is_parked_with_a_reason_and_its_neighbours_go_on(floor: Floor):
    floor.begin(range(5))
    for body, headers, _ in POISON.values():
        floor.post("alpha.commands", body(), id="1", **headers)
    floor.begin(range(5, 10))

    floor.worker()

    assert eventually(lambda: floor.running() == 0, 20)
    assert floor.effects("alpha") == floor.effects("gamma") == once(range(10))
    assert eventually(lambda: len(floor.dead("alpha")) == len(POISON), 10)
    reasons = floor.dead("alpha")
    for name, (_, _, reason) in POISON.items():
        assert any(reason in found for found in reasons), (name, reasons)
    assert floor.depth("alpha.commands") == 0


def test_a_bug_in_a_handler_is_asked_again_and_its_neighbours_commit(floor: Floor):
    floor.begin(range(10))
    floor.begin([10], mode="bug")
    floor.begin(range(11, 20))

    floor.worker()

    assert eventually(lambda: floor.statuses() == {"done": 19, "running": 1}, 20)
    assert floor.effects("gamma") == once([*range(10), *range(11, 20)])
    retried = "SELECT count(*) FROM saga_event WHERE outcome = 'retry'"
    assert eventually(lambda: floor.rows("desk", retried)[0][0] >= 2, 20)
    assert floor.all_dead() == []


def test_an_answer_that_no_queue_takes_does_not_stop_the_others(floor: Floor):
    floor.send(command(reply_to="nobody.replies"))
    floor.begin(range(5))

    floor.worker()

    assert eventually(lambda: floor.running() == 0, 10)
    assert floor.effects("alpha") == once([999, *range(5)])


@pytest.mark.parametrize("payload", [ActGamma(number=1, mode="ok"), Charge(number=1, mode="ok")])
def test_a_command_of_no_saga_is_parked(floor: Floor, payload: ActGamma | Charge):
    floor.worker()

    floor.send(pack(payload, source="test"))

    assert eventually(lambda: len(floor.dead("gamma")) == 1, 10)
    assert "belongs to no saga" in floor.dead("gamma")[0]
    assert floor.effects("gamma") == once([])


@pytest.mark.chaos
@pytest.mark.timeout(240)  # a worker starts some twenty times
def test_a_command_that_kills_its_process_takes_no_neighbour_along(floor: Floor):
    floor.begin([0], mode="die")
    floor.begin(range(1, 11))
    worker = floor.worker(wait=False)

    def after_a_restart(condition: Callable[[], bool]) -> bool:
        if not worker.process.running:
            worker.start(wait=False)
        return condition()

    def answers() -> list[tuple[str]]:
        return floor.rows("desk", "SELECT code FROM saga_event WHERE outcome = 'retry'")

    assert eventually(lambda: after_a_restart(lambda: bool(floor.dead("gamma"))), 120)
    assert set(floor.dead("gamma")) == {"delivery_limit"}
    assert floor.effects("gamma") == once(range(1, 11))
    assert eventually(lambda: after_a_restart(lambda: ("dead_letter",) in answers()), 60)
    assert floor.statuses()["done"] == 10
