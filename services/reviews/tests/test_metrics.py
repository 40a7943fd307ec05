"""What reviews show of those that wait."""

from datetime import timedelta

import pytest
from prometheus_client import REGISTRY
from sqlalchemy import text

from libs.db.transaction import transaction
from libs.ids import uuid7
from services.reviews import tasks

MUG = uuid7()


def measured() -> float | None:
    with transaction() as session:
        tasks.measure_queue(session)
    return REGISTRY.get_sample_value("reviews_oldest_pending_seconds")


def test_the_review_that_waits_longest_gives_the_age(people):
    people.buyer(MUG).writes(MUG)
    with transaction() as session:
        passed = {"by": timedelta(hours=2)}
        session.execute(text("UPDATE review SET updated_at = updated_at - :by"), passed)
    people.buyer(MUG).writes(MUG)

    assert measured() == pytest.approx(7200, abs=60)


def test_nothing_waits_once_all_is_decided(people, moderator):
    moderator.decides(people.buyer(MUG).writes(MUG))

    assert measured() == 0
