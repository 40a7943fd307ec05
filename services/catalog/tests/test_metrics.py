"""What catalog shows of imports that rest and lists that lag."""

from datetime import timedelta
from typing import Any

import pytest
from prometheus_client import REGISTRY
from sqlalchemy import text

from libs.db.transaction import transaction
from services.catalog import tasks
from services.catalog.tests.imports import HEADER, accept, csv, work
from services.catalog.tests.shop import Shop


def measured(name: str) -> float | None:
    with transaction() as session:
        tasks.measure_delays(session)
    return REGISTRY.get_sample_value(name)


def age(table: str, seconds: int) -> None:
    """Move its last changes into the past."""
    moved = f"UPDATE {table} SET updated_at = updated_at - :by"  # noqa: S608  # this file's names
    with transaction() as session:
        session.execute(text(moved), {"by": timedelta(seconds=seconds)})


def test_an_unfinished_import_shows_how_long_it_rests(shop: Shop) -> None:
    import_id = accept(csv("MUG,Mug,19.99,EUR", header=HEADER))
    age("product_import", 300)

    resting = measured("catalog_oldest_import_seconds")
    work(import_id)

    assert resting == pytest.approx(300, abs=30)
    assert measured("catalog_oldest_import_seconds") == 0


@pytest.mark.parametrize("table", ["category", "brand"])
def test_a_change_that_lists_do_not_show_has_an_age(
    client: Any, admin: dict[str, str], shop: Shop, table: str
) -> None:
    plural = {"category": "categories", "brand": "brands"}[table]
    made = client.post(f"/api/v1/{plural}", json={"name": "Home"}, headers=admin)
    client.patch(made.headers["Location"], json={"name": "House"}, headers=admin)
    age(table, 60)

    lagging = measured("catalog_oldest_stale_listing_seconds")
    shop.refresh_listings()

    assert lagging == pytest.approx(60, abs=30)
    assert measured("catalog_oldest_stale_listing_seconds") == 0
