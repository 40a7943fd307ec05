"""Redis as the broker, as in the installation for one machine."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from libs.testing.servers.postgres import Databases
from tests.messaging.floor import Floor, eventually, install

SAGAS = 48


@pytest.fixture
def redis_floor(
    postgres_server: Databases, template: str, redis_url: str, tmp_path: Path
) -> Iterator[Floor]:
    toys = Floor(install(postgres_server, template), redis_url, tmp_path)
    toys.declare()
    yield toys
    toys.close()


def test_messages_that_wait_in_redis_are_handled_together(redis_floor: Floor):
    redis_floor.begin(range(SAGAS))

    redis_floor.worker()

    assert eventually(lambda: redis_floor.running() == 0, 60)
    assert redis_floor.statuses() == {"done": SAGAS}
    rows = redis_floor.rows("alpha", "SELECT count(*), count(DISTINCT xmin::text) FROM effect")
    (effects, commits) = rows[0]
    assert effects >= SAGAS
    assert commits <= effects / 4
