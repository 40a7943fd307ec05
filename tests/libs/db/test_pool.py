"""A process whose connections are all in use says so."""

import threading
from contextlib import ExitStack

import pytest
from prometheus_client import REGISTRY
from sqlalchemy import Connection
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.pool import QueuePool

from libs.db.base import db


@pytest.fixture
def app(platform_app):
    app = platform_app("pooled")
    with app.app_context():
        yield app


def value(name: str) -> float | None:
    return REGISTRY.get_sample_value(name, {"service": "pooled"})


def take_all(stack: ExitStack) -> list[Connection]:
    """Every connection that the process may have."""
    pool = db.engine.pool
    assert isinstance(pool, QueuePool)
    return [stack.enter_context(db.engine.connect()) for _ in range(pool.size() + 2)]


def test_a_free_connection_is_no_wait(app):
    with db.engine.connect():
        pass
    before = value("database_pool_wait_seconds_count")

    with db.engine.connect():
        pass

    assert value("database_pool_wait_seconds_count") == before


def test_a_wait_for_a_connection_is_timed(app):
    with ExitStack() as stack:
        taken = take_all(stack)
        waits = value("database_pool_wait_seconds_count") or 0
        seconds = value("database_pool_wait_seconds_sum") or 0
        threading.Timer(0.2, taken[0].close).start()

        with db.engine.connect():
            pass

    assert value("database_pool_wait_seconds_count") == waits + 1
    assert 0.1 < (value("database_pool_wait_seconds_sum") or 0) - seconds < 1


def test_a_wait_that_is_given_up_is_counted(app):
    with ExitStack() as stack:
        take_all(stack)
        before = value("database_pool_timeouts_total") or 0

        with pytest.raises(PoolTimeout):
            db.engine.connect()

    assert value("database_pool_timeouts_total") == before + 1
