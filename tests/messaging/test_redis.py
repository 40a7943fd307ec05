"""The same workers over Redis, the broker of the all-in-one profile."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from libs.messaging.wire import pack
from libs.testing.servers.postgres import Databases
from tests.messaging.floor import Floor, eventually, install, once
from tests.messaging.toys import SALE, Acted


@pytest.fixture
def embedded(
    postgres_server: Databases, template: str, redis_url: str, tmp_path: Path
) -> Iterator[Floor]:
    """The toys on Redis."""
    toys = Floor(install(postgres_server, template), redis_url, tmp_path)
    toys.declare()
    yield toys
    toys.close()


def test_sagas_end_and_each_effect_is_one(embedded: Floor):
    embedded.worker()

    embedded.begin(range(20))
    embedded.begin(range(20, 30), mode="refuse")
    embedded.begin(range(30, 40), mode="slow:0.2", saga=SALE)

    assert eventually(lambda: embedded.running() == 0, 30)
    assert embedded.statuses() == {"done": 30, "compensated": 10}
    assert embedded.effects("alpha") == once(range(40))
    assert embedded.effects("beta") == once(range(30))
    assert embedded.effects("gamma") == once([*range(20), *range(30, 40)])
    assert embedded.effects("alpha", "undo") == once(range(20, 30))
    assert eventually(lambda: embedded.effects("beta", "heard") == once(range(40)), 10)


def test_what_a_killed_worker_held_comes_back(embedded: Floor):
    worker = embedded.worker(TOYS_PAUSE="60")
    embedded.send(*(pack(Acted(number=number), source="alpha") for number in range(10)))
    assert eventually(lambda: embedded.depth("beta.events") == 0, 10)

    worker.process.kill()
    embedded.worker(ARGOSY_VISIBILITY_TIMEOUT="1")

    assert eventually(lambda: embedded.effects("beta", "heard") == once(range(10)), 30)


def test_poison_is_parked_and_its_neighbours_go_on(embedded: Floor):
    embedded.post("alpha.commands", b"\xff{", task="alpha.act.v1", id="1")
    embedded.post("alpha.commands", b"[[],{},{}]", task="alpha.sing.v1", id="2")
    embedded.post("alpha.commands", b'{"a": 1}')
    embedded.begin(range(5))

    embedded.worker()

    assert eventually(lambda: embedded.running() == 0, 20)
    assert eventually(lambda: len(embedded.dead("alpha")) == 3, 10)
    assert embedded.effects("alpha") == once(range(5))


def test_jobs_end_or_are_parked(embedded: Floor):
    embedded.worker("jobs")

    embedded.work(0, "fail")
    embedded.work(1, "die")
    embedded.work(2, "once:die")
    for number in range(3, 8):
        embedded.work(number)

    assert eventually(lambda: embedded.effects("alpha", "ended") == once(range(2, 8)), 30)
    assert eventually(lambda: len(embedded.dead("alpha")) == 2, 20)
    assert sorted(embedded.dead("alpha")) == [
        "RuntimeError('this job has a bug')",
        "it ended its process or took too long, twice",
    ]
    assert embedded.effects("alpha", "began")[1] == 2
