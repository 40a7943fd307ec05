"""What Prometheus learns of an outbox."""

import pytest
from prometheus_client import REGISTRY
from sqlalchemy import text

from libs import clock
from libs.db.transaction import transaction
from libs.messaging.backlog import measure_outbox


@pytest.fixture
def app(platform_app):
    app = platform_app("waiting")
    with app.app_context():
        yield app


def store(age: float) -> None:
    """A row of the outbox whose identifier is that old."""
    made = int((clock.now().timestamp() - age) * 1000)
    with transaction() as session:
        session.execute(
            text("INSERT INTO outbox VALUES (:id, 'toys.made.v1', 'toys.made.v1', '{}', 0, now())"),
            {"id": f"{made:012x}70008000000000000000"},
        )


def measured() -> tuple[float | None, float | None]:
    measure_outbox()
    labels = {"service": "waiting"}
    rows = REGISTRY.get_sample_value("outbox_rows", labels)
    return rows, REGISTRY.get_sample_value("outbox_oldest_seconds", labels)


def test_the_oldest_message_gives_the_age(app):
    for seconds in (5, 300, 60):
        store(seconds)

    rows, age = measured()

    assert rows == 3
    assert age == pytest.approx(300, abs=10)


def test_an_empty_outbox_has_no_age(app):
    store(300)
    measured()
    with transaction() as session:
        session.execute(text("DELETE FROM outbox"))

    assert measured() == (0, 0)
