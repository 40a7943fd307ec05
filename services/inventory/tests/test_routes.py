"""Inventory over HTTP."""

from typing import Any

import pytest
from werkzeug.test import Client

from libs import ids
from libs.http.edge import create_edge
from libs.http.settings import HttpSettings
from services.inventory.app import WEB
from services.inventory.tests.shop import count

BASE = "/api/v1/inventory"


@pytest.fixture
def mug(client: Any, shop: Any) -> str:
    """The path of the stock of five mugs."""
    shop.receive(5, "mug")
    (level,) = client.get(f"{BASE}/stocks?sku=mug").json["data"]
    return f"{BASE}/stocks/{level['id']}"


def test_anybody_sees_stock_by_sku(client, shop):
    shop.receive(5, "mug", "pot")
    shop.reserve(shop.lines(mug=2))

    answer = client.get(f"{BASE}/stocks?sku=mug")

    (level,) = answer.json["data"]
    assert level["id"].startswith("stk_")
    assert level["variant_id"] == ids.to_text("var", shop.variants["mug"])
    assert (level["sku"], level["location"]) == ("mug", "main")
    assert (level["on_hand"], level["reserved"], level["available"]) == (5, 2, 3)


def test_stock_is_listed_in_pages(client, shop):
    shop.receive(5, "mug", "pot", "pan")

    first = client.get(f"{BASE}/stocks?limit=2").json
    second = client.get(f"{BASE}/stocks?limit=2&cursor={first['page']['next']}").json

    skus = [level["sku"] for page in (first, second) for level in page["data"]]
    assert sorted(skus) == ["mug", "pan", "pot"]
    assert second["page"]["has_more"] is False


def test_stock_is_filtered_by_location(client, shop):
    shop.receive(5, "mug")

    assert len(client.get(f"{BASE}/stocks?location=main").json["data"]) == 1
    assert client.get(f"{BASE}/stocks?location=moon").json["data"] == []


def test_stock_of_a_product_holds_all_its_variants(client, shop):
    product_id = ids.uuid7()
    shop.list_product("red", "blue", product_id=product_id)
    shop.list_product("mug")

    answer = client.get(f"{BASE}/stocks/by-product/{ids.to_text('prd', product_id)}")

    assert {level["sku"] for level in answer.json["data"]} == {"red", "blue"}


def test_the_keeper_sees_what_runs_low(client, shop, admin):
    shop.receive(5, "mug")
    shop.receive(1, "pot")
    shop.list_product("pan")
    (pot,) = client.get(f"{BASE}/stocks?sku=pot").json["data"]
    client.patch(f"{BASE}/stocks/{pot['id']}", json={"threshold": 1}, headers=admin)

    answer = client.get(f"{BASE}/stocks/low-stock", headers=admin)

    assert {level["sku"] for level in answer.json["data"]} == {"pot", "pan"}


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("get", "/stocks/low-stock", None),
        ("get", "/movements", None),
        ("get", "/locations", None),
        ("post", "/locations", {"code": "far", "name": "Far"}),
        ("post", "/adjustments", {"lines": [{"sku": "mug", "delta": 1, "reason": "x"}]}),
    ],
)
def test_a_customer_may_not_keep_stock(client, issuer, shop, method, path, body):
    shop.receive(5, "mug")
    customer = issuer.user(ids.uuid7()) | {"Idempotency-Key": "one"}

    anonymous = client.open(BASE + path, method=method.upper(), json=body)
    known = client.open(BASE + path, method=method.upper(), json=body, headers=customer)

    assert (anonymous.status_code, known.status_code) == (401, 403)
    assert shop.level("mug") == (5, 0)


def test_an_adjustment_needs_no_version_and_is_written_down(client, shop, admin, mug):
    answer = client.patch(mug, json={"delta": -2, "reason": "broken"}, headers=admin)

    assert answer.json["on_hand"] == 3
    (entry,) = client.get(f"{BASE}/movements?sku=mug&limit=1", headers=admin).json["data"]
    assert (entry["delta"], entry["reason"], entry["kind"]) == (-2, "broken", "adjustment")
    assert entry["actor"].startswith("usr_")


def test_a_recount_without_a_version_is_refused(client, shop, admin, mug):
    answer = client.patch(mug, json={"on_hand": 3, "reason": "counted"}, headers=admin)

    assert answer.status_code == 428
    assert shop.level("mug") == (5, 0)


def test_a_recount_of_what_changed_meanwhile_is_refused(client, shop, admin, mug):
    seen = client.get(mug).headers["ETag"]
    shop.receive(1, "mug")

    answer = client.patch(
        mug, json={"on_hand": 3, "reason": "counted"}, headers=admin | {"If-Match": seen}
    )

    assert answer.status_code == 412
    assert shop.level("mug") == (6, 0)


def test_a_recount_of_what_was_seen_is_taken(client, shop, admin, mug):
    seen = client.get(mug).headers["ETag"]

    answer = client.patch(
        mug, json={"on_hand": 3, "reason": "counted"}, headers=admin | {"If-Match": seen}
    )

    assert (answer.status_code, answer.json["on_hand"]) == (200, 3)
    assert answer.headers["ETag"] not in ("", seen)


def test_stock_cannot_go_below_what_is_reserved(client, shop, admin, mug):
    shop.reserve(shop.lines(mug=4))

    answer = client.patch(mug, json={"delta": -2, "reason": "broken"}, headers=admin)

    assert answer.status_code == 422
    assert answer.json["code"] == "inventory.adjustment_refused"
    assert answer.json["errors"][0] | {"detail": ""} == {
        "pointer": "/delta",
        "code": "below_reserved",
        "detail": "",
    }


def test_backorders_cannot_be_switched_off_while_they_are_owed(client, shop, admin, mug):
    client.patch(mug, json={"backorder": True}, headers=admin)
    shop.reserve(shop.lines(mug=8))

    refused = client.patch(mug, json={"backorder": False}, headers=admin)
    taken = client.patch(
        mug, json={"backorder": False, "delta": 3, "reason": "received"}, headers=admin
    )

    assert (refused.status_code, refused.json["code"]) == (409, "inventory.backorder_in_use")
    assert (taken.status_code, taken.json["backorder"]) == (200, False)


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"delta": 1},
        {"delta": 0, "reason": "x"},
        {"delta": 1, "on_hand": 1, "reason": "x"},
        {"reason": "x"},
        {"on_hand": -1, "reason": "x"},
        {"delta": True, "reason": "x"},
        {"backorder": 1},
        {"reserved": 0},
        {"threshold": 10**10},
    ],
)
def test_a_change_without_one_clear_meaning_is_refused(client, shop, admin, mug, body):
    answer = client.patch(mug, json=body, headers=admin)

    assert answer.status_code == 422
    assert shop.level("mug") == (5, 0)


def test_unknown_stock_is_not_found(client, app, admin):
    path = f"{BASE}/stocks/{ids.to_text('stk', ids.uuid7())}"

    statuses = (
        client.get(path).status_code,
        client.patch(path, json={"threshold": 1}, headers=admin).status_code,
    )

    assert statuses == (404, 404)


def test_a_repeated_batch_is_applied_once(client, shop, admin):
    shop.receive(5, "mug")
    body = {"lines": [{"sku": "mug", "delta": 2, "reason": "found"}]}
    headers = admin | {"Idempotency-Key": "one"}

    first = client.post(f"{BASE}/adjustments", json=body, headers=headers)
    second = client.post(f"{BASE}/adjustments", json=body, headers=headers)

    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json == second.json
    assert shop.level("mug") == (7, 0)


def test_the_movements_of_a_batch_are_found_by_its_identifier(client, shop, admin):
    shop.receive(5, "mug", "pot")
    lines = [{"sku": sku, "delta": 2, "reason": "found"} for sku in ("mug", "pot")]
    headers = admin | {"Idempotency-Key": "one"}
    batch = client.post(f"{BASE}/adjustments", json={"lines": lines}, headers=headers).json["id"]

    answer = client.get(f"{BASE}/movements?reference={batch}", headers=admin)

    assert {entry["sku"] for entry in answer.json["data"]} == {"mug", "pot"}
    assert {entry["reference"] for entry in answer.json["data"]} == {batch}


def test_a_wrong_line_of_a_batch_is_pointed_at(client, shop, admin):
    shop.receive(5, "mug")
    lines = [{"sku": sku, "delta": 2, "reason": "found"} for sku in ("mug", "cup")]
    headers = admin | {"Idempotency-Key": "one"}

    answer = client.post(f"{BASE}/adjustments", json={"lines": lines}, headers=headers)

    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json["errors"]] == ["/lines/1"]
    assert shop.level("mug") == (5, 0)


def test_a_location_is_opened_once(client, app, admin):
    body = {"code": "far", "name": "Far away", "priority": 7}

    first = client.post(f"{BASE}/locations", json=body, headers=admin)
    second = client.post(f"{BASE}/locations", json=body, headers=admin)
    listed = client.get(f"{BASE}/locations", headers=admin).json["data"]

    assert (first.status_code, second.status_code) == (201, 409)
    assert [place["code"] for place in listed] == ["main", "far"]
    assert count("location") == 2


def test_the_missing_version_of_a_recount_is_a_documented_answer(app):
    edge = Client(create_edge({WEB: app}, HttpSettings()))

    document: Any = edge.get("/openapi.json").json

    assert "428" in document["paths"][f"{BASE}/stocks/{{stock_id}}"]["patch"]["responses"]
