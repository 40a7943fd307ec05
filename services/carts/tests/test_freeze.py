"""A cart between "place my order" and the order's end."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from flask.testing import FlaskClient
from prometheus_client import REGISTRY
from sqlalchemy import text

from libs.contracts.carts import CloseCart
from libs.contracts.orders import OrderPlaced
from libs.db.transaction import reading, transaction
from libs.ids import uuid7
from libs.testing.tokens import Issuer
from services.carts import tasks
from services.carts.commands import freeze
from services.carts.tests.shop import BERLIN, Guest, Shop


class Orders:
    """Asks for carts as the orders service does."""

    def __init__(self, client: FlaskClient, issuer: Issuer) -> None:
        self._client = client
        self._issuer = issuer

    def freeze(
        self, guest: Guest, key: str = "first", order_id: UUID | None = None, **body: Any
    ) -> Any:
        """Ask for the guest's cart."""
        usual = {
            "order_id": str(order_id or uuid7()),
            "request_key": key,
            "user_id": None,
            "cart_token": guest.token,
        }
        return self._client.post(
            f"/internal/carts/{guest.uuid}/freeze",
            json=usual | body,
            headers=self._issuer.service("orders", "carts"),
        )

    def frozen(self, guest: Guest, **body: Any) -> UUID:
        """Get the guest's cart for an order."""
        answer = self.freeze(guest, **body)
        assert answer.status_code == 200, answer.json
        return UUID(answer.json["order_id"])


def placed(order_id: UUID, guest: Guest) -> None:
    with transaction() as session:
        tasks.hold_cart(session, OrderPlaced(order_id=order_id, cart_id=guest.uuid))


def cancelled(order_id: UUID) -> None:
    with transaction() as session:
        freeze.reopen_cart(session, order_id)


def closed(order_id: UUID, guest: Guest) -> None:
    with transaction() as session:
        tasks.close_cart(session, CloseCart(cart_id=guest.uuid, order_id=order_id))


def lapse(guest: Guest) -> None:
    """A minute passes in which nobody hears of an order."""
    with transaction() as session:
        session.execute(
            text("UPDATE cart SET lease_until = now() - interval '1 s' WHERE id = :id"),
            {"id": guest.uuid},
        )


@pytest.fixture
def orders(client: FlaskClient, issuer: Issuer) -> Orders:
    """The only service that may freeze carts."""
    return Orders(client, issuer)


@pytest.fixture
def guest(client: FlaskClient, shop: Shop) -> Guest:
    """A guest with two mugs of 10.00 and one pen of 2.50, and an address."""
    shop.sells("MUG", 1000)
    shop.sells("PEN", 250)
    items = [{"sku": "MUG", "quantity": 2}, {"sku": "PEN", "quantity": 1}]
    return Guest(client, items=items, shipping_address=BERLIN)


def test_an_order_is_promised_lines_and_totals(orders, guest, shop):
    order_id = uuid7()

    answer = orders.freeze(guest, order_id=order_id)

    frozen = answer.json
    assert answer.status_code == 200
    assert frozen["order_id"] == str(order_id)
    assert frozen["cart_id"] == str(guest.uuid)
    assert frozen["shipping_address"] == BERLIN
    assert frozen["shipping_method"] == "standard"
    assert frozen["totals"] == {
        "subtotal_minor": 2250,
        "discount_minor": 0,
        "shipping_minor": 490,
        "tax_minor": 0,
        "included_tax_minor": 0,
        "total_minor": 2740,
    }
    line = frozen["lines"][0]
    assert line["variant_id"] == str(shop.variants["MUG"])
    assert line["product_id"] == str(shop.products["MUG"])
    assert (line["sku"], line["title"]) == ("MUG", "Title of MUG")
    assert (line["quantity"], line["unit_price_minor"], line["total_minor"]) == (2, 1000, 2000)


def test_only_orders_may_freeze(client, guest, issuer):
    path = f"/internal/carts/{guest.uuid}/freeze"

    refused = client.post(path, json={}, headers=issuer.service("payments", "carts"))

    assert refused.status_code == 403
    assert client.post(path, json={}).status_code == 401


def test_somebody_else_s_cart_cannot_be_frozen(orders, guest):
    refused = orders.freeze(guest, cart_token=None, user_id=str(uuid4()))

    assert (refused.status_code, refused.json["code"]) == (404, "carts.cart_not_found")


def test_a_user_s_cart_is_frozen_for_the_user(orders, client, issuer, shop):
    shop.sells("MUG")
    user_id = uuid7()
    cart = Guest(client, "MUG", headers=issuer.user(user_id), shipping_address=BERLIN)

    frozen = orders.freeze(cart, user_id=str(user_id))

    assert frozen.json["user_id"] == str(user_id)


def test_the_same_request_finds_its_promise_again(orders, guest, shop):
    first = orders.freeze(guest).json
    shop.sells("MUG", 9999)

    again = orders.freeze(guest).json

    assert again["lease_until"] > first["lease_until"]
    assert again | {"lease_until": None} == first | {"lease_until": None}


def test_another_request_is_told_which_order_has_the_cart(orders, guest):
    order_id = orders.frozen(guest)

    leased = orders.freeze(guest, key="second")
    placed(order_id, guest)
    held = orders.freeze(guest, key="second")

    for refused in (leased, held):
        assert (refused.status_code, refused.json["code"]) == (409, "carts.cart_frozen")
        assert refused.json["order_id"] == str(order_id)


def test_a_frozen_cart_refuses_every_change(orders, guest):
    orders.frozen(guest)
    item = guest.made["items"][0]["id"]

    answers = [
        guest.call("POST", "/items", {"sku": "MUG", "quantity": 1}),
        guest.call("PATCH", f"/items/{item}", {"quantity": 1}),
        guest.call("DELETE", f"/items/{item}"),
        guest.call("PATCH", "", {"shipping_method": "express"}),
        guest.call("POST", "/coupons", {"code": "SAVE"}),
        guest.call("PUT", "/shipping-address", BERLIN),
        guest.call("DELETE"),
    ]

    assert {answer.status_code for answer in answers} == {409}
    assert {answer.json["code"] for answer in answers} == {"carts.cart_frozen"}


def test_a_frozen_cart_shows_what_was_promised(orders, guest, shop):
    orders.frozen(guest)
    shop.sells("MUG", 9999)

    cart = guest.cart()

    assert cart["status"] == "frozen"
    assert cart["totals"]["total"]["amount"] == 2740
    assert [item["id"] for item in cart["items"]] == [item["id"] for item in guest.made["items"]]
    assert cart["problems"] == []


def test_a_lapsed_lease_is_nobody_s(orders, guest):
    orders.frozen(guest)
    lapse(guest)

    assert guest.cart()["status"] == "open"
    assert guest.call("PATCH", "", {"shipping_method": "express"}).status_code == 200
    assert orders.freeze(guest, key="second").status_code == 200


def test_an_order_that_exists_keeps_its_cart_without_end(orders, guest):
    order_id = orders.frozen(guest)

    placed(order_id, guest)

    assert orders.freeze(guest).json["lease_until"] is None
    assert guest.call("DELETE").status_code == 409


def test_an_order_heard_of_late_gets_its_cart_back(orders, guest):
    order_id = orders.frozen(guest)
    lapse(guest)
    guest.call("PATCH", "", {"shipping_method": "express"})

    placed(order_id, guest)

    assert guest.cart()["status"] == "frozen"


def test_a_cancelled_order_reopens_its_cart(orders, guest):
    order_id = orders.frozen(guest)
    placed(order_id, guest)

    cancelled(order_id)

    assert guest.cart()["status"] == "open"
    assert orders.freeze(guest, key="second").status_code == 200


def test_a_cancellation_that_overtakes_its_order_leaves_the_cart_open(orders, guest):
    order_id = orders.frozen(guest)

    cancelled(order_id)
    placed(order_id, guest)

    assert guest.cart()["status"] == "open"


def test_a_cancelled_order_takes_no_other_order_s_cart(orders, guest):
    first = orders.frozen(guest)
    lapse(guest)
    second = orders.frozen(guest, key="second")
    placed(second, guest)

    cancelled(first)
    placed(first, guest)

    assert orders.freeze(guest, key="third").json["order_id"] == str(second)


def test_an_ended_order_gets_no_second_promise(orders, guest):
    order_id = orders.frozen(guest)
    cancelled(order_id)

    refused = orders.freeze(guest, order_id=order_id)

    assert (refused.status_code, refused.json["code"]) == (409, "carts.order_ended")


def test_a_paid_order_closes_its_cart_however_often_it_says_so(orders, guest):
    order_id = orders.frozen(guest)

    closed(order_id, guest)
    closed(order_id, guest)
    placed(order_id, guest)

    cart = guest.cart()
    assert (cart["status"], cart["totals"]["total"]["amount"]) == ("closed", 2740)
    refused = guest.call("DELETE")
    assert (refused.status_code, refused.json["code"]) == (409, "carts.cart_closed")
    assert orders.freeze(guest, key="second").json["code"] == "carts.cart_closed"


def test_a_changed_price_is_a_conflict_with_the_new_total(orders, guest, shop):
    shop.sells("MUG", 1100)

    refused = orders.freeze(guest)
    accepted = orders.freeze(guest, expected_total={"amount": 2940, "currency": "EUR"})

    assert (refused.status_code, refused.json["code"]) == (409, "carts.total_changed")
    assert refused.json["total"] == {"amount": 2940, "currency": "EUR", "decimal": "29.40"}
    assert accepted.json["totals"]["total_minor"] == 2940


def test_a_refused_freeze_changes_nothing(orders, guest):
    before = guest.cart()

    refused = orders.freeze(
        guest,
        shipping_address=BERLIN | {"city": "Bonn"},
        expected_total={"amount": 1, "currency": "EUR"},
    )

    assert refused.status_code == 409
    assert guest.cart() == before
    with reading() as session:
        assert session.scalar(text("SELECT count(*) FROM cart_freeze")) == 0


def test_an_expected_total_of_another_currency_is_refused(orders, guest):
    refused = orders.freeze(guest, expected_total={"amount": 2740, "currency": "USD"})

    assert (refused.status_code, refused.json["code"]) == (422, "carts.currency_mismatch")


def test_the_order_s_address_replaces_the_cart_s(orders, client, shop):
    shop.sells("MUG")
    guest = Guest(client, "MUG")

    without = orders.freeze(guest)
    order_id = orders.frozen(guest, shipping_address=BERLIN)
    cancelled(order_id)

    assert without.json["code"] == "carts.cart_not_ready"
    assert [problem["code"] for problem in without.json["problems"]] == ["shipping_address_missing"]
    assert guest.cart()["shipping_address"] == BERLIN


def test_a_cart_that_is_not_ready_is_refused_with_its_problems(orders, guest, shop):
    shop.has("MUG", 1)
    shop.sells("PEN", 250, active=False)

    refused = orders.freeze(guest)

    assert (refused.status_code, refused.json["code"]) == (409, "carts.cart_not_ready")
    found = [(problem["code"], problem.get("available")) for problem in refused.json["problems"]]
    assert found == [("not_enough_stock", 1), ("variant_inactive", None)]


def test_redemptions_name_the_coupons_that_took_something_off(orders, guest, shop):
    promotion_id = shop.promotes("SAVE10", stackable=True)
    shop.promotes(percent_basis_points=100, stackable=True, priority=1)
    guest.call("POST", "/coupons", {"code": "save10"})

    frozen = orders.freeze(guest).json

    # 1 % of 22.50 rounds up to 0.23, 10 % of the remaining 22.27 to 2.23.
    assert frozen["redemptions"] == [
        {"code": "SAVE10", "promotion_id": str(promotion_id), "discount_minor": 223}
    ]
    assert frozen["totals"]["discount_minor"] == 246
    assert sum(line["discount_minor"] for line in frozen["lines"]) == 246


def test_outcomes_are_counted(orders, guest):
    def count(outcome: str) -> float:
        return REGISTRY.get_sample_value("carts_freezes_total", {"outcome": outcome}) or 0

    frozen, refused = count("frozen"), count("carts.cart_frozen")

    orders.freeze(guest)
    orders.freeze(guest, key="second")

    assert (count("frozen"), count("carts.cart_frozen")) == (frozen + 1, refused + 1)


def test_an_address_may_leave_parts_open(orders, guest):
    frozen = orders.freeze(guest, shipping_address=BERLIN | {"line2": None, "region": ""})

    assert frozen.status_code == 200
    assert frozen.json["shipping_address"]["line2"] is None
