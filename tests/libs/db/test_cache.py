"""A process remembers what it read until it hears of a change, and never for long."""

import time

import pytest
from psycopg2.errors import DivisionByZero
from sqlalchemy import text
from sqlalchemy.pool import QueuePool

from libs.db.base import db
from libs.db.cache import Cache
from libs.db.notices import notify
from libs.db.statement import Statement
from libs.db.transaction import reading, transaction

CHANNEL = "shelf_changed"


@pytest.fixture
def app(platform_app):
    app = platform_app("cached")
    with app.app_context():
        with transaction() as session:
            session.execute(text("CREATE TABLE shelf (number int)"))
            session.execute(text("INSERT INTO shelf VALUES (1)"))
        yield app


@pytest.fixture
def cache(app) -> Cache[int]:
    return Cache(CHANNEL, seconds=30, size=2)


def stored() -> int:
    with reading() as session:
        return int(session.scalar(text("SELECT number FROM shelf")) or 0)


def write(number: int, *, announced: bool = True) -> None:
    with transaction() as session:
        session.execute(text("UPDATE shelf SET number = :number"), {"number": number})
        if announced:
            notify(session, CHANNEL)


def await_reading(cache: Cache[int], number: int, key: str = "shelf") -> None:
    """A notice travels for some milliseconds after the commit."""
    until = time.monotonic() + 10
    while (seen := cache.get(key, stored)) != number:
        assert time.monotonic() < until, f"still {seen}"
        time.sleep(0.002)


def notify_and_fail() -> None:
    with transaction() as session:
        notify(session, CHANNEL)
        Statement("SELECT 1 / 0").run(session)


def test_what_was_read_is_remembered(cache):
    cache.get("shelf", stored)
    write(2, announced=False)

    assert cache.get("shelf", stored) == 1


def test_an_announced_change_is_seen_each_time(cache):
    cache.get("shelf", stored)

    for number in range(2, 20):
        write(number)
        await_reading(cache, number)


def test_this_process_sees_its_own_change_at_once(cache):
    for number in range(2, 50):
        cache.get("shelf", stored)

        write(number)

        assert cache.get("shelf", stored) == number


def test_a_change_that_failed_is_announced_to_nobody(cache):
    cache.get("shelf", stored)
    with pytest.raises(DivisionByZero):
        notify_and_fail()
    write(2, announced=False)
    time.sleep(0.1)

    assert cache.get("shelf", stored) == 1


def test_what_was_read_before_a_change_that_came_is_not_remembered(cache: Cache[int]):
    def slowly() -> int:
        number = cache.get("other", stored)
        write(2)
        await_reading(cache, 2, "other")
        return number

    assert cache.get("shelf", slowly) == 1
    assert cache.get("shelf", stored) == 2


def test_nothing_is_remembered_longer_than_said(app):
    brief = Cache[int](CHANNEL, seconds=0.05, size=2)
    brief.get("shelf", stored)
    write(2, announced=False)

    time.sleep(0.06)

    assert brief.get("shelf", stored) == 2


def test_a_lost_connection_makes_it_forget_and_listen_again(cache, monkeypatch):
    monkeypatch.setattr("libs.db.notices._RETRY_SECONDS", 0.0)
    cache.get("shelf", stored)
    with reading() as session:
        session.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE query LIKE 'LISTEN%' AND datname = current_database()"
            )
        )
    write(2, announced=False)
    await_reading(cache, 2)

    write(3)

    await_reading(cache, 3)


def test_the_connection_that_listens_is_one_of_the_pool(cache):
    cache.get("shelf", stored)

    pool = db.engine.pool
    assert isinstance(pool, QueuePool)
    assert pool.checkedout() == 1


def test_the_oldest_makes_room_for_the_newest(cache):
    for key in ("a", "b", "c"):
        cache.get(key, stored)
    write(2, announced=False)

    assert [cache.get(key, stored) for key in ("c", "b", "a")] == [1, 1, 2]


def test_what_could_not_be_read_is_asked_for_again(cache):
    def fail() -> int:
        raise LookupError

    with pytest.raises(LookupError):
        cache.get("shelf", fail)

    assert cache.get("shelf", stored) == 1
