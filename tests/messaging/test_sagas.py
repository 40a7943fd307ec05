"""Sagas through a live worker."""

import re
import time

import pytest

from tests.messaging.floor import Floor, eventually, once
from tests.messaging.toys import NAMES, SALE, TRIP


def test_confirmed_and_compensated_sagas_have_each_effect_once(floor: Floor):
    floor.worker()

    floor.begin(range(20))
    floor.begin(range(20, 30), mode="refuse")

    assert eventually(lambda: floor.running() == 0, 20)
    assert floor.statuses() == {"done": 20, "compensated": 10}
    assert floor.effects("alpha") == floor.effects("beta") == once(range(30))
    assert floor.effects("gamma") == once(range(20))
    assert floor.effects("alpha", "undo") == floor.effects("beta", "undo") == once(range(20, 30))
    assert floor.effects("beta", "heard") == once(range(30))


def test_what_was_handled_is_acknowledged_whatever_overtook_it(floor: Floor):
    worker = floor.worker()
    for number in range(20):  # one by one, so that answers overtake the facts
        floor.begin([number], saga=(TRIP, SALE)[number % 2])
        time.sleep(0.02)
    assert eventually(lambda: floor.running() == 0, 20)
    assert eventually(lambda: floor.effects("beta", "heard") == once(range(20)), 5)
    time.sleep(0.5)

    worker.process.kill()

    time.sleep(1)
    queues = [f"{name}.{kind}" for name in NAMES for kind in ("commands", "events", "replies")]
    assert {queue: floor.depth(queue) for queue in queues} == dict.fromkeys(queues, 0)


def test_a_slow_call_does_not_hold_up_its_neighbours(floor: Floor):
    floor.worker()

    floor.begin(range(5), mode="slow:1.5", saga=SALE)
    floor.begin(range(5, 25))

    assert eventually(lambda: floor.statuses().get("done") == 20, 10, pause=0.05)
    assert floor.statuses().get("running") == 5
    assert eventually(lambda: floor.running() == 0, 10)
    assert floor.effects("gamma") == once(range(25))


def test_a_start_says_nothing_of_delayed_delivery(floor: Floor):
    worker = floor.worker()

    assert "delayed" not in worker.log().lower()
    lines = re.findall(r'.*"level":"(?:WARNING|ERROR|CRITICAL)".*', worker.log())
    assert [line for line in lines if "superuser privileges" not in line] == []


@pytest.mark.parametrize("pool", ["saga", "jobs"])
def test_an_idle_worker_ends_at_once(floor: Floor, pool: str):
    worker = floor.worker(pool)
    started = time.monotonic()

    worker.process.stop()

    assert time.monotonic() - started < 6
    assert worker.process.exit_code == 0
