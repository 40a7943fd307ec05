"""A cart becomes an order, once, at a total that its buyer has seen."""

import time

import pytest
from flask import Response

from libs.contracts.inventory import StockLine
from libs.http import local
from libs.ids import from_text, to_text, uuid7
from libs.runtime.keys import make_keys
from services.orders.tests.conftest import ROOMY
from services.orders.tests.shop import (
    BERLIN,
    Buyer,
    Shop,
    count_orders,
    euros,
    plan_of,
    told,
    uuid_of,
)


def test_an_accepted_order_is_pending_and_can_be_found(shop, guest):
    answer = guest.places(guest.fills("MUG", quantity=2))

    assert answer.status_code == 202, answer.json
    assert answer.headers["Location"] == f"/api/v1/orders/{answer.json['id']}"
    assert guest.call("GET", f"/{answer.json['id']}").json == answer.json
    assert (answer.json["status"], answer.json["payment_status"]) == ("pending", "unpaid")
    assert (answer.json["number"], answer.json["cancellation"]) == (None, None)


def test_an_order_is_what_its_cart_showed(shop, user):
    shop.promotes("TEN")
    cart_id = user.fills("MUG", "CUP", quantity=3, coupons=["TEN"])
    shown = user.cart(cart_id)

    order = user.places(cart_id).json

    fields = ("sku", "title", "quantity", "unit_price", "discount", "tax", "total", "variant_id")
    assert [[line[name] for name in fields] for line in order["lines"]] == [
        [item[name] for name in fields] for item in shown["items"]
    ]
    assert order["totals"] == shown["totals"] | {"refunded": euros(0) | {"decimal": "0.00"}}
    assert order["totals"]["discount"]["amount"] == 400
    assert order["shipping_address"] == BERLIN


def test_the_saga_knows_all_that_its_participants_need(shop, user):
    shop.promotes("TEN")

    order = user.places(user.fills("MUG", quantity=3, coupons=["TEN"])).json

    plan = plan_of(order)
    assert plan.lines == (StockLine(shop.variants["MUG"], 3),)
    assert [(one.code, one.discount_minor) for one in plan.redemptions] == [("TEN", 300)]
    assert (plan.provider, plan.token) == ("simulator", "tok_visa")
    assert (plan.total_minor, plan.currency) == (order["totals"]["total"]["amount"], "EUR")
    assert plan.customer == str(from_text("usr", order["customer_id"]))
    assert set(shop.pending(uuid_of(order))) == {"reserve_stock", "redeem_promotions"}


def test_an_address_in_the_order_replaces_that_of_the_cart(shop, guest):
    address = BERLIN | {"city": "Potsdam", "line2": None, "region": "Brandenburg"}

    order = guest.places(guest.fills("MUG"), shipping_address=address).json

    assert order["shipping_address"] == address


def test_a_cart_without_an_address_gets_it_from_the_order(shop, guest):
    cart_id = guest.fills("MUG", shipping_address=None)

    refused = guest.places(cart_id, key="without")
    placed = guest.places(cart_id, key="with", shipping_address=BERLIN, expected_total=euros(1490))

    assert (refused.status_code, refused.json["code"]) == (409, "carts.cart_not_ready")
    assert (placed.status_code, placed.json["shipping_address"]["city"]) == (202, "Berlin")


def test_a_cart_is_kept_for_its_order(shop, guest):
    order = guest.orders("MUG")
    shop.pass_facts_on()

    cart = guest.cart(order["cart_id"])

    assert (cart["status"], cart["order_id"]) == ("frozen", order["id"])


def test_the_same_request_gets_the_same_answer(shop, guest):
    cart_id = guest.fills("MUG")

    first, second = guest.places(cart_id), guest.places(cart_id)

    assert (second.status_code, second.data) == (202, first.data)
    assert second.headers["Location"] == first.headers["Location"]
    assert second.headers["Idempotent-Replayed"] == "true"


def test_the_same_request_gets_the_same_answer_when_the_cart_is_closed(shop, guest):
    cart_id = guest.fills("MUG")
    first = guest.places(cart_id)
    shop.finishes(uuid_of(first.json))

    second = guest.places(cart_id)

    assert guest.cart(cart_id)["status"] == "closed"
    assert (second.status_code, second.data) == (202, first.data)


def test_a_key_is_of_one_body(shop, guest):
    cart_id = guest.fills("MUG")
    guest.places(cart_id)

    answer = guest.places(cart_id, email="other@example.com")

    assert (answer.status_code, answer.json["code"]) == (422, "idempotency_key_reused")


def test_a_key_is_of_one_buyer(shop, user, issuer):
    other = Buyer(shop, issuer.user(uuid7()))

    answers = [buyer.places(buyer.fills("MUG"), key="same") for buyer in (user, other)]

    assert [answer.status_code for answer in answers] == [202, 202]
    assert answers[0].json["id"] != answers[1].json["id"]


def test_an_order_without_a_key_is_refused(shop, guest):
    answer = guest.call("POST", json={})

    assert (answer.status_code, answer.json["code"]) == (400, "idempotency_key_missing")


@pytest.mark.parametrize("closed", [False, True])
def test_another_request_for_the_cart_gets_its_order(shop, guest, closed):
    cart_id = guest.fills("MUG")
    order = guest.places(cart_id, key="first").json
    if closed:
        shop.finishes(uuid_of(order))

    answer = guest.places(cart_id, key="second")

    assert (answer.status_code, answer.json["id"]) == (200, order["id"])
    assert answer.headers["Location"] == f"/api/v1/orders/{order['id']}"
    assert count_orders() == 1


def test_a_total_that_changed_is_named_and_nothing_is_held(shop, guest):
    cart_id = guest.fills("MUG")

    answer = guest.places(cart_id, expected_total=euros(1))

    assert (answer.status_code, answer.json["code"]) == (409, "carts.total_changed")
    assert answer.json["total"]["amount"] == 1490
    assert (guest.cart(cart_id)["status"], count_orders()) == ("open", 0)


def test_the_expected_total_lets_the_order_pass(shop, guest):
    cart_id = guest.fills("MUG")

    answer = guest.places(cart_id, expected_total=euros(1490))

    assert answer.status_code == 202


def test_a_refused_key_is_free_for_a_better_request(shop, guest):
    cart_id = guest.fills("MUG")
    guest.places(cart_id, expected_total=euros(1))

    answer = guest.places(cart_id, expected_total=euros(1490))

    assert answer.status_code == 202


def test_a_promise_that_lapsed_is_refused_and_can_be_renewed(shop, guest, service_app, tmp_path):
    jwks = str(make_keys(tmp_path).service_jwks)
    hasty = service_app("carts", ARGOSY_SERVICE_JWKS=jwks, ARGOSY_CARTS_LEASE_SECONDS="1")
    cart_id = guest.fills("MUG")

    @hasty.after_request
    def delay(answer: Response) -> Response:
        time.sleep(1.1)
        return answer

    local.host("carts", hasty)
    refused = guest.places(cart_id)
    local.host("carts", shop.carts)
    placed = guest.places(cart_id)

    assert (refused.status_code, refused.json["code"]) == (409, "orders.lease_lapsed")
    assert placed.status_code == 202


def test_a_promise_is_of_the_request_that_asked_for_it(shop, guest, service_app, tmp_path):
    cart_id = guest.fills("MUG")
    impatient = service_app(
        "orders",
        ARGOSY_ORDERS_CARTS_URL="local:carts",
        ARGOSY_ORDERS_SERVICE_KEY=str(make_keys(tmp_path).service("orders")),
        **ROOMY | {"ARGOSY_DATABASE_LOCK_TIMEOUT": "100"},
    )
    hurried = Buyer(Shop(impatient, shop.carts), guest.headers)
    with shop.holding("orders"):
        lost = hurried.places(cart_id)

    changed = guest.places(cart_id, shipping_address=BERLIN | {"city": "Potsdam"})
    same = guest.places(cart_id)

    assert (lost.status_code, lost.json["code"]) == (503, "database_unavailable")
    assert (changed.status_code, changed.json["code"]) == (409, "carts.cart_frozen")
    assert (same.status_code, same.json["shipping_address"]["city"]) == (202, "Berlin")


def test_an_order_after_a_cancelled_one_uses_the_same_cart(shop, guest):
    first = guest.orders("MUG")
    shop.finishes(uuid_of(first), authorize_payment="payments.declined")

    second = guest.places(first["cart_id"], key="second")

    assert second.status_code == 202, second.json
    assert second.json["id"] != first["id"]
    assert shop.finishes(uuid_of(second.json)) == "done"
    assert guest.cart(first["cart_id"])["order_id"] == second.json["id"]


def test_a_foreign_cart_is_as_good_as_none(shop, guest, user):
    theirs, nobodys = guest.fills("MUG"), to_text("crt", uuid7())
    for owner in (user, Buyer(shop, {"X-Cart-Token": "a" * 43}), Buyer(shop)):
        foreign = owner.places(theirs, key=uuid7().hex)
        missing = owner.places(nobodys, key=uuid7().hex)

        assert (foreign.status_code, foreign.json["code"]) == (404, "carts.cart_not_found")
        assert told(foreign) == told(missing)


def test_a_foreign_cart_is_as_good_as_none_also_when_it_has_an_order(shop, guest, user):
    order = guest.orders("MUG")

    foreign = user.places(order["cart_id"])
    missing = user.places(to_text("crt", uuid7()), key="other")

    assert told(foreign) == told(missing)
