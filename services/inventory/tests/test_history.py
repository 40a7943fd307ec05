"""The history of a stock level: every change, and what lay there after it."""

from typing import Any

import pytest

from libs import ids
from services.inventory.tests.shop import Shop

BASE = "/api/v1/inventory"


@pytest.fixture
def path(client: Any, shop: Shop) -> str:
    """The history of mugs at `main`, beside movements elsewhere."""
    shop.open_location("far", priority=5)
    shop.receive(5, "mug")
    shop.receive(9, "mug", location="far")
    shop.receive(7, "cup")
    shop.sell(shop.lines(mug=2))
    shop.receive(4, "mug")
    (level,) = client.get(f"{BASE}/stocks?sku=mug&location=main").json["data"]
    return f"{BASE}/stocks/{level['id']}/history"


def test_each_change_has_the_balance_after_it(client, admin, path):
    entries = client.get(path, headers=admin).json["data"]

    assert [(one["kind"], one["delta"], one["balance"]) for one in entries] == [
        ("adjustment", 4, 7),
        ("sale", -2, 3),
        ("adjustment", 5, 5),
    ]
    assert entries[1]["reference"].startswith("ord_")


def test_balances_go_on_over_pages(client, admin, path):
    first = client.get(f"{path}?limit=2", headers=admin).json
    rest = client.get(f"{path}?limit=2&cursor={first['page']['next']}", headers=admin).json

    balances = [one["balance"] for page in (first, rest) for one in page["data"]]
    assert balances == [7, 3, 5]


def test_a_level_without_changes_has_no_history(client, admin, shop):
    shop.list_product("pot")
    (level,) = client.get(f"{BASE}/stocks?sku=pot").json["data"]

    answer = client.get(f"{BASE}/stocks/{level['id']}/history", headers=admin)

    assert (answer.status_code, answer.json["data"]) == (200, [])


def test_history_is_for_keepers_of_levels_that_exist(client, admin, issuer, path):
    unknown = f"{BASE}/stocks/{ids.to_text('stk', ids.uuid7())}/history"

    assert client.get(path, headers=issuer.user(ids.uuid7())).status_code == 403
    assert client.get(unknown, headers=admin).status_code == 404


def test_the_ledger_is_filtered_by_location_and_kind(client, admin, path):
    def deltas(query: str) -> list[int]:
        answer = client.get(f"{BASE}/movements?{query}", headers=admin)
        return [entry["delta"] for entry in answer.json["data"]]

    assert deltas("location=far") == [9]
    assert deltas("kind=sale") == [-2]
    assert deltas("sku=mug&location=main") == [4, -2, 5]
