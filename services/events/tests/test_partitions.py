"""Events lie in partitions by day, which come when they are needed and go when they are over."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from libs import clock
from libs.db.transaction import reading, transaction
from libs.http.fields import rfc3339
from libs.testing.crowd import at_once
from services.events import tasks
from services.events.commands import partitions as commands
from services.events.tests.conftest import DAYS
from services.events.tests.visitor import Visitor, partitions, stored, view


def test_an_event_lies_in_the_partition_of_its_day(guest):
    now = clock.now()
    days = [now - timedelta(days=back) for back in (3, 0)]

    guest.reports(*[view(at=rfc3339(day)) for day in days])

    expected = [f"{day:%Y%m%d}" for day in days]
    assert partitions() == expected
    assert [row[0][-8:] for row in stored("tableoid::regclass::text")] == expected


def test_a_partition_has_the_rules_and_indexes_of_the_whole(guest):
    guest.reports(view())

    with reading() as session:
        whole, part = (
            session.scalar(
                text(
                    "SELECT (SELECT count(*) FROM pg_index WHERE indrelid = t.oid) * 100"
                    " + (SELECT count(*) FROM pg_constraint WHERE conrelid = t.oid"
                    " AND contype = 'c') FROM pg_class t WHERE relname = :name"
                ),
                {"name": name},
            )
            for name in ("behavior_event", f"behavior_event_{clock.now():%Y%m%d}")
        )
    assert whole == part
    assert whole >= 305


def test_today_and_tomorrow_are_there_before_anybody_needs_them(app):
    with transaction() as session:
        tasks.make_partitions(session)

    today = clock.now()
    assert partitions() == [f"{today + timedelta(days=days):%Y%m%d}" for days in (0, 1)]


def test_many_that_need_the_same_new_day_make_it_once(app):
    moment = rfc3339(clock.now() - timedelta(days=7))

    answers = at_once(
        app,
        [
            lambda: Visitor(app.test_client()).reports(view(at=moment)).json["accepted"]
            for _ in range(8)
        ],
    )

    assert answers == [1] * 8
    assert len(partitions()) == 1


@pytest.mark.parametrize(("age", "left"), [(DAYS + 1, 2), (DAYS + 2, 1)])
def test_a_day_is_dropped_one_day_after_it_is_kept_no_longer(app, guest, age, left):
    guest.reports(view())
    with transaction() as session:
        commands.ensure(session, [(clock.now() - timedelta(days=age)).date()])

    with transaction() as session:
        tasks.drop_partitions(session)

    assert len(partitions()) == left
    assert len(stored()) == 1
