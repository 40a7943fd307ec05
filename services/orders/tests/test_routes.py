"""What orders takes and answers over HTTP."""

from datetime import timedelta
from typing import Any

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from libs import clock
from libs.http import openapi
from libs.ids import to_text, uuid7
from services.orders.tests.shop import BERLIN, Buyer, request_of, told, uuid_of

ANY_CART = to_text("crt", uuid7())


def change(**body: Any) -> dict[str, Any]:
    return request_of(ANY_CART) | body


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        (change(coupon="X"), "/coupon"),
        (change(cart_id="crt_1"), "/cart_id"),
        (change(cart_id=to_text("ord", uuid7())), "/cart_id"),
        (change(cart_id=None), "/cart_id"),
        (change(email="nobody"), "/email"),
        (change(email=7), "/email"),
        (change(payment=None), "/payment"),
        (change(payment={"provider": "simulator"}), "/payment/token"),
        (change(payment={"provider": "simulator", "token": ""}), "/payment/token"),
        (change(payment={"provider": "a", "token": "t", "number": "4242"}), "/payment/number"),
        (change(payment=["simulator"]), "/payment"),
        (change(expected_total=1490), "/expected_total"),
        (change(expected_total={"amount": 1.5, "currency": "EUR"}), "/expected_total/amount"),
        (change(expected_total={"amount": "1", "currency": "EUR"}), "/expected_total/amount"),
        (change(expected_total={"amount": -1, "currency": "EUR"}), "/expected_total/amount"),
        (change(expected_total={"amount": 2**63, "currency": "EUR"}), "/expected_total/amount"),
        (change(expected_total={"amount": 1, "currency": "eur"}), "/expected_total/currency"),
        (change(shipping_address=BERLIN | {"country": "de"}), "/shipping_address/country"),
        (change(shipping_address=BERLIN | {"planet": "Earth"}), "/shipping_address/planet"),
        (change(shipping_address={"city": "Berlin"}), "/shipping_address/line1"),
    ],
)
def test_what_is_wrong_in_a_request_is_pointed_at(guest, body, pointer):
    answer = guest.call("POST", json=body, Idempotency_Key="key")

    assert answer.status_code == 422
    assert pointer in {fault["pointer"] for fault in answer.json["errors"]}


def test_a_null_character_is_refused_not_stored(guest):
    answer = guest.places(ANY_CART, payment={"provider": "simulator", "token": "tok\x00"})

    assert answer.status_code in {400, 422}


def test_an_expired_token_opens_nothing(shop, issuer):
    past = clock.now() - timedelta(minutes=5)
    token = issuer.access_token(uuid7(), exp=past)

    answers = [
        Buyer(shop, {"Authorization": f"Bearer {token}"}).call(method, path)
        for method, path in (("GET", ""), ("POST", ""), ("GET", f"/{to_text('ord', uuid7())}"))
    ]

    assert [answer.status_code for answer in answers] == [401, 401, 401]


def test_a_services_token_is_no_buyers(shop, issuer):
    answer = Buyer(shop, issuer.service("orders", "orders")).call("GET")

    assert answer.status_code == 403


@pytest.mark.parametrize("path", ["", "/timeline", "/events", "/returns"])
def test_a_foreign_order_is_as_good_as_none(shop, guest, user, path):
    theirs, nobodys = guest.orders("MUG")["id"], to_text("ord", uuid7())
    for stranger in (user, Buyer(shop, {"X-Cart-Token": "a" * 43}), Buyer(shop)):
        foreign = stranger.call("GET", f"/{theirs}{path}")
        missing = stranger.call("GET", f"/{nobodys}{path}")

        assert foreign.status_code == 404
        assert told(foreign) == told(missing)


def test_a_foreign_order_cannot_be_cancelled_or_returned(shop, guest, user):
    order = guest.buys("MUG")

    cancelled = user.call("POST", f"/{order['id']}/cancel")
    returned = user.returns(order, [1])

    assert (cancelled.status_code, returned.status_code) == (404, 404)
    assert guest.call("GET", f"/{order['id']}").json == order


def test_a_users_order_needs_the_user_whatever_token_its_cart_was_asked_with(shop, user):
    with_token = Buyer(shop, user.headers | {"X-Cart-Token": "b" * 43})
    order = with_token.orders("MUG")

    by_token = Buyer(shop, {"X-Cart-Token": "b" * 43}).call("GET", f"/{order['id']}")
    by_user = user.call("GET", f"/{order['id']}")

    assert (by_token.status_code, by_user.status_code) == (404, 200)


def test_a_user_who_brings_a_guests_token_sees_the_guests_orders_too(shop, guest, user):
    guests, own = guest.orders("MUG")["id"], user.orders("MUG")["id"]
    both = Buyer(shop, guest.headers | user.headers)

    assert {order["id"] for order in both.call("GET").json["data"]} == {guests, own}


def test_buyers_see_their_own_orders_newest_first(shop, guest, user):
    guest.orders("MUG")
    mine = [user.orders("MUG")["id"] for _ in range(3)]

    listed = user.call("GET").json["data"]

    assert [order["id"] for order in listed] == mine[::-1]


def test_who_shows_nothing_sees_nothing(shop, guest):
    guest.orders("MUG")

    assert Buyer(shop).call("GET").json["data"] == []


def test_an_operator_sees_everybodys_orders(shop, guest, user, admin):
    orders = {buyer.orders("MUG")["id"] for buyer in (guest, user)}

    assert {order["id"] for order in admin.call("GET").json["data"]} == orders


def test_pages_follow_one_another(shop, user):
    mine = [user.orders("MUG")["id"] for _ in range(5)]
    seen, cursor = [], ""
    while cursor is not None:
        page = user.call("GET", f"?limit=2{cursor and '&cursor='}{cursor}").json
        seen += [order["id"] for order in page["data"]]
        cursor = page["page"]["next"]

    assert seen == mine[::-1]


def test_orders_are_filtered_by_status(shop, user):
    paid, _pending = user.buys("MUG")["id"], user.orders("MUG")

    listed = user.call("GET", "?status=processing").json["data"]

    assert [order["id"] for order in listed] == [paid]


def test_an_operator_finds_orders_by_email(shop, guest, user, admin):
    guest.orders("MUG", email="Bob@example.com")
    wanted = user.orders("MUG", email="eve@example.com")["id"]

    listed = admin.call("GET", "?email=eve@EXAMPLE.com").json["data"]

    assert [order["id"] for order in listed] == [wanted]


def test_the_filter_by_email_tells_a_buyer_nothing_of_others(shop, guest, user):
    guest.orders("MUG", email="bob@example.com")
    own = user.orders("MUG", email="eve@example.com")["id"]

    taken = user.call("GET", "?email=bob@example.com")
    free = user.call("GET", "?email=nobody@example.com")

    assert (taken.status_code, taken.json) == (free.status_code, free.json)
    assert own not in str(taken.json)


@pytest.mark.parametrize("query", ["status=lost", "limit=0", "limit=101", "customer=me", "email=x"])
def test_a_wrong_query_is_refused(user, query):
    assert user.call("GET", f"?{query}").status_code == 422


def test_an_order_that_did_not_change_is_not_sent_again(shop, guest):
    order = guest.orders("MUG")
    tag = guest.call("GET", f"/{order['id']}").headers["ETag"]

    unchanged = guest.call("GET", f"/{order['id']}", If_None_Match=tag)
    shop.finishes(uuid_of(order))
    changed = guest.call("GET", f"/{order['id']}", If_None_Match=tag)

    assert (unchanged.status_code, unchanged.data) == (304, b"")
    assert (changed.status_code, changed.json["status"]) == (200, "processing")


def test_only_an_administrator_moves_an_order(guest, user, admin):
    order = user.buys("MUG")
    path, body = f"/{order['id']}/transitions", {"status": "shipped"}

    answers = [who.call("POST", path, json=body) for who in (guest, user, admin)]

    assert [answer.status_code for answer in answers] == [401, 403, 200]


def test_the_timeline_tells_each_step_of_the_order(shop, guest):
    order = guest.orders("MUG")
    shop.finishes(uuid_of(order), authorize_payment="payments.declined")

    timeline = guest.call("GET", f"/{order['id']}/timeline").json

    steps = [(event["step"], event["phase"], event["outcome"]) for event in timeline["data"]]
    assert steps == [
        (None, None, None),
        ("reserve_stock", "do", "done"),
        ("authorize_payment", "do", "rejected"),
        ("reserve_stock", "undo", "done"),
    ]
    assert (timeline["order_id"], timeline["status"]) == (order["id"], "compensated")
    assert timeline["data"][2]["code"] == "payments.declined"


def test_the_document_is_valid_and_tells_what_each_operation_does(app):
    document = openapi.document(app)

    operations = [
        operation
        for path in document["paths"].values()
        for method, operation in path.items()
        if method in {"get", "post", "put", "patch", "delete"}
    ]
    assert list(OpenAPIV31SpecValidator(document).iter_errors()) == []
    assert len(operations) == 15
    assert [one["operationId"] for one in operations if not one.get("summary")] == []
