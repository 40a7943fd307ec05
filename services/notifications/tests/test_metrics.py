"""What notifications show of messages that wait."""

import pytest
from prometheus_client import REGISTRY

from libs.db.transaction import transaction
from services.notifications import tasks
from services.notifications.tests.story import deliver, mail, pass_time


def measured() -> float | None:
    with transaction() as session:
        tasks.measure_queue(session)
    return REGISTRY.get_sample_value("notifications_oldest_queued_seconds")


def test_the_oldest_message_that_waits_gives_the_age(app):
    message_id = mail()
    pass_time(message_id, 7200)
    mail()

    assert measured() == pytest.approx(7200, abs=60)


def test_nothing_waits_once_all_is_delivered(app):
    deliver(mail())

    assert measured() == 0
