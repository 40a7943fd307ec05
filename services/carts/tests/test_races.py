"""Many hands on one cart."""

from collections import Counter
from functools import partial
from typing import Any

import pytest

from libs.ids import uuid7
from libs.testing.crowd import ROOMY, at_once
from services.carts.tests.shop import BERLIN, Guest, Shop

HANDS = 20


@pytest.fixture
def app(service_app):
    """The service, with room for many who wait as long as it takes."""
    made = service_app("carts", **ROOMY)
    with made.app_context():
        yield made


@pytest.fixture
def guest(app):
    """A guest with one mug and an address."""
    Shop().sells("MUG", 1000, stock=1000)
    return Guest(app.test_client(), "MUG", shipping_address=BERLIN)


def test_nothing_that_is_added_at_once_is_lost(app, guest):
    def add():
        path = f"/api/v1/carts/{guest.id}/items"
        item = {"sku": "MUG", "quantity": 1}
        return app.test_client().post(path, json=item, headers=guest.headers).status_code

    answers = at_once(app, [add] * HANDS)

    assert answers == [200] * HANDS
    assert [item["quantity"] for item in guest.cart()["items"]] == [1 + HANDS]


def test_of_all_who_saw_one_version_one_changes_it(app, guest):
    seen = guest.headers | {"If-Match": guest.call("GET").headers["ETag"]}

    def change():
        path = f"/api/v1/carts/{guest.id}"
        answer = app.test_client().patch(path, json={"shipping_method": "express"}, headers=seen)
        return answer.status_code

    answers = at_once(app, [change] * HANDS)

    assert Counter(answers) == {200: 1, 412: HANDS - 1}


def test_one_of_many_orders_gets_the_cart(app, guest, issuer):
    def freeze(key):
        return app.test_client().post(
            f"/internal/carts/{guest.uuid}/freeze",
            json={"order_id": str(uuid7()), "request_key": key, "cart_token": guest.token},
            headers=issuer.service("orders", "carts"),
        )

    answers: list[Any] = at_once(app, [partial(freeze, f"key {number}") for number in range(HANDS)])

    assert Counter(answer.status_code for answer in answers) == {200: 1, 409: HANDS - 1}
    assert len({answer.json["order_id"] for answer in answers}) == 1


def test_one_request_sent_many_times_gets_one_promise(app, guest, issuer):
    def freeze():
        return app.test_client().post(
            f"/internal/carts/{guest.uuid}/freeze",
            json={"order_id": str(uuid7()), "request_key": "same", "cart_token": guest.token},
            headers=issuer.service("orders", "carts"),
        )

    answers: list[Any] = at_once(app, [freeze] * HANDS)

    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.json["order_id"] for answer in answers}) == 1
