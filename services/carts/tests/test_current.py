"""The cart of a caller who names none, on PostgreSQL."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from libs.ids import uuid7
from services.carts.tests.shop import Guest

CURRENT = "/api/v1/carts/current"


@pytest.fixture
def buyer(issuer):
    """The headers of a signed-in buyer."""
    return issuer.user(uuid7())


def test_the_first_thing_makes_a_cart_and_the_next_goes_into_it(client, shop, buyer):
    shop.sells("MUG")
    shop.sells("PEN")

    first = client.post(f"{CURRENT}/items", json={"sku": "MUG", "quantity": 1}, headers=buyer)
    second = client.post(f"{CURRENT}/items", json={"sku": "PEN", "quantity": 2}, headers=buyer)
    read = client.get(CURRENT, headers=buyer)

    assert first.json["id"] == second.json["id"] == read.json["id"]
    assert [(one["sku"], one["quantity"]) for one in read.json["items"]] == [("MUG", 1), ("PEN", 2)]


def test_a_guest_without_a_cart_gets_one_and_its_token(client, shop):
    shop.sells("MUG")

    made = client.post(f"{CURRENT}/items", json={"sku": "MUG", "quantity": 1, "currency": "EUR"})
    held = {"X-Cart-Token": made.json["session_token"]}

    assert client.get(CURRENT, headers=held).json["id"] == made.json["id"]


def test_a_quantity_is_set_and_a_thing_is_taken_out_by_its_sku(client, shop, buyer):
    shop.sells("MUG")
    pen = shop.sells("PEN")
    cart = Guest(client, "MUG", "PEN", headers=buyer)

    changed = client.put(f"{CURRENT}/items", json={"sku": "MUG", "quantity": 7}, headers=buyer)
    removed = client.post(f"{CURRENT}/items/remove", json={"sku": "PEN"}, headers=buyer)
    again = client.post(f"{CURRENT}/items/remove", json={"sku": "PEN"}, headers=buyer)

    assert pen
    assert [one["quantity"] for one in changed.json["items"]] == [7, 1]
    assert [one["sku"] for one in removed.json["items"]] == ["MUG"]
    assert again.json["code"] == "carts.item_not_found"
    assert cart.cart()["version"] == 3


@pytest.mark.parametrize("method", ["GET", "PUT"])
def test_without_an_open_cart_there_is_none(client, shop, buyer, method):
    path = CURRENT if method == "GET" else f"{CURRENT}/items"
    body = None if method == "GET" else {"sku": "MUG", "quantity": 1}

    held = client.open(path, method=method, json=body, headers=buyer)
    unproved = client.open(path, method=method, json=body)

    assert (held.status_code, held.json["code"]) == (404, "carts.cart_not_found")
    assert (unproved.status_code, unproved.json["code"]) == (404, "carts.cart_not_found")


def test_the_newest_cart_is_the_current_one(client, shop, buyer):
    shop.sells("MUG")
    Guest(client, "MUG", headers=buyer)
    newest = Guest(client, "MUG", headers=buyer)

    assert client.get(CURRENT, headers=buyer).json["id"] == newest.id


def test_two_first_things_at_once_meet_in_one_cart(app, shop, buyer):
    shop.sells("MUG")
    body = {"sku": "MUG", "quantity": 1}

    def add(_number: int) -> str:
        answer = app.test_client().post(f"{CURRENT}/items", json=body, headers=buyer)
        return str(answer.json["id"])

    with ThreadPoolExecutor(4) as threads:
        carts = set(threads.map(add, range(4)))

    assert len(carts) == 1
    read = app.test_client().get(CURRENT, headers=buyer).json
    assert [one["quantity"] for one in read["items"]] == [4]
