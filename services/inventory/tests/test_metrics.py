"""What inventory shows of changes that wait and backorders that are owed."""

import pytest
from prometheus_client import REGISTRY
from sqlalchemy import text

from libs.db.transaction import transaction
from services.inventory import tasks
from services.inventory.commands import announcements
from services.inventory.tests.shop import count


def measured(name: str) -> float | None:
    with transaction() as session:
        tasks.measure_waiting(session)
    return REGISTRY.get_sample_value(name)


def test_changes_that_wait_to_be_announced_are_counted(shop):
    shop.receive(1, "mug", "pot")

    made, waiting = count("stock_mark"), measured("inventory_stock_marks")
    with transaction() as session:
        announcements.announce_levels(session, 500)

    assert waiting == made > 0
    assert measured("inventory_stock_marks") == 0


def test_a_paid_backorder_shows_how_long_it_is_owed(shop):
    shop.receive(1, "mug")
    shop.take_backorders("mug")
    shop.sell(shop.lines(mug=3))
    with transaction() as session:
        session.execute(text("UPDATE reservation SET created_at = created_at - interval '1 day'"))

    owed = measured("inventory_oldest_owed_seconds")
    shop.receive(5, "mug")
    with transaction() as session:
        tasks.serve_backorders(session)

    assert owed == pytest.approx(86_400, abs=60)
    assert measured("inventory_oldest_owed_seconds") == 0
