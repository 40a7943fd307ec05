"""Worker processes killed at random moments under load: every saga ends, every effect is one."""

import random
import time

import pytest

from tests.messaging.floor import Floor, Worker, eventually, once
from tests.messaging.toys import SALE

KILLS = 30
CONFIRMED, REFUSED, SOLD = range(120), range(120, 160), range(160, 200)


def begin_a_share(floor: Floor, turn: int) -> None:
    """A thirtieth of the load: new sagas are on their way whenever a worker is killed."""
    floor.begin(CONFIRMED[turn::KILLS])
    floor.begin(REFUSED[turn::KILLS], mode="refuse")
    floor.begin(SOLD[turn::KILLS], mode="slow:0.3", saga=SALE)


def kill_one(workers: list[Worker], chance: random.Random) -> None:
    """Kill a worker that works; the other one goes on while it starts again."""
    victim = chance.choice(workers)
    assert eventually(lambda: victim.get("/readyz")[0] == 200, 30)
    time.sleep(chance.uniform(0, 0.2))
    victim.process.kill()
    victim.start(wait=False)


@pytest.mark.chaos
def test_kills_under_load_leave_every_saga_ended_and_every_effect_once(floor: Floor):
    workers = [floor.worker(), floor.worker()]
    chance = random.Random(7)  # noqa: S311 - repeatable, not secret

    for turn in range(KILLS):
        begin_a_share(floor, turn)
        kill_one(workers, chance)

    assert eventually(lambda: floor.running() == 0, 60), floor.statuses()
    assert floor.statuses() == {"done": 160, "compensated": 40}
    assert floor.effects("alpha") == once(range(200))
    assert floor.effects("beta") == once(range(160))
    assert floor.effects("gamma") == once([*CONFIRMED, *SOLD])
    assert floor.effects("alpha", "undo") == floor.effects("beta", "undo") == once(REFUSED)
    assert eventually(lambda: floor.effects("beta", "heard") == once(range(200)), 20)
    assert floor.rows("gamma", "SELECT count(*) FROM ledger") == [(len(SOLD),)]
    assert floor.all_dead() == []
