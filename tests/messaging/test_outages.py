"""Broker and database go away under load and come back: nothing is lost, nothing is parked."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from libs.testing.servers.postgres import PostgresServer
from libs.testing.servers.rabbit import RabbitServer
from tests.messaging.floor import Floor, eventually, install, make_template, once
from tests.messaging.toys import SALE

pytestmark = pytest.mark.chaos


@pytest.fixture
def on_own_database(
    own_postgres: PostgresServer, broker_url: str, tmp_path: Path
) -> Iterator[Floor]:
    toys = Floor(install(own_postgres, make_template(own_postgres)), broker_url, tmp_path)
    toys.declare()
    yield toys
    toys.close()


def stop_and_start(rabbit: RabbitServer) -> None:
    rabbit.stop()
    rabbit.start()


def kill_and_start(rabbit: RabbitServer) -> None:
    rabbit.kill()
    rabbit.start()


def close_all_connections(rabbit: RabbitServer) -> None:
    rabbit.ctl("close_all_connections", "a test")


@pytest.mark.parametrize("stop", [PostgresServer.stop, PostgresServer.kill])
def test_a_worker_holds_its_messages_while_its_database_is_away(
    on_own_database: Floor, own_postgres: PostgresServer, stop: Callable[[PostgresServer], None]
):
    floor = on_own_database
    worker = floor.worker()
    floor.begin(range(100))
    floor.begin(range(100, 120), mode="slow:1", saga=SALE)

    stop(own_postgres)
    time.sleep(5)
    own_postgres.start()

    assert eventually(lambda: floor.running() == 0, 40)
    assert floor.statuses() == {"done": 120}
    assert floor.effects("alpha") == floor.effects("gamma") == once(range(120))
    assert eventually(lambda: floor.effects("beta", "heard") == once(range(120)), 20)
    assert floor.all_dead() == []
    assert worker.process.running


@pytest.mark.parametrize("hurt", [stop_and_start, kill_and_start, close_all_connections])
def test_a_worker_comes_back_to_its_broker(
    fragile: Floor, own_rabbit: RabbitServer, hurt: Callable[[RabbitServer], None]
):
    worker = fragile.worker()
    time.sleep(1.5)  # What a killed broker needs to remember a quorum queue.
    fragile.begin(range(100))
    fragile.begin(range(100, 120), mode="slow:1", saga=SALE)

    hurt(own_rabbit)
    fragile.begin(range(120, 140))

    assert eventually(lambda: fragile.running() == 0, 60), fragile.statuses()
    assert fragile.statuses() == {"done": 140}
    assert fragile.effects("alpha") == fragile.effects("gamma") == once(range(140))
    assert eventually(lambda: fragile.effects("beta", "heard") == once(range(140)), 20)
    assert fragile.all_dead() == []
    assert worker.get("/readyz") == (200, "ok")


def test_busy_slots_get_their_share_of_messages_again_after_a_forced_reconnect(
    fragile: Floor, own_rabbit: RabbitServer
):
    fragile.worker("jobs")
    for number in range(4):
        fragile.work(number, "sleep=3")
    assert eventually(lambda: len(fragile.effects("alpha", "began")) == 2, 10)

    close_all_connections(own_rabbit)
    fragile.publisher.close()
    for number in range(4, 24):
        fragile.work(number, "sleep=0.3")

    assert eventually(lambda: len(fragile.effects("alpha", "ended")) == 24, 40)
    overlapping = """
        SELECT max(running) FROM (
            SELECT sum(CASE kind WHEN 'began' THEN 1 ELSE -1 END) OVER (ORDER BY at) AS running
            FROM effect WHERE number >= 4
        ) AS moments
    """
    assert fragile.rows("alpha", overlapping) == [(2,)]
    assert max(fragile.effects("alpha", "began").values()) <= 2


def test_a_request_to_stop_under_load_is_obeyed_soon_and_loses_nothing(floor: Floor):
    worker = floor.worker()
    floor.begin(range(100))
    floor.begin(range(100, 150), mode="slow:1", saga=SALE)
    started = time.monotonic()

    worker.process.stop()

    assert time.monotonic() - started < 20
    assert worker.process.exit_code == 0
    floor.worker()
    assert eventually(lambda: floor.running() == 0, 40)
    assert floor.effects("alpha") == floor.effects("gamma") == once(range(150))
    assert eventually(lambda: floor.effects("beta", "heard") == once(range(150)), 20)
    assert floor.all_dead() == []
