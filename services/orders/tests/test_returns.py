"""Goods that come back, and the money for them."""

from typing import Any

import pytest

from libs.contracts.orders import ReturnedLine, ReturnRequested, ReturnSettled
from libs.ids import to_text, uuid7
from services.orders.tests.shop import announced, uuid_of


def show(buyer: Any, order: Any) -> Any:
    """The order as it now is."""
    return buyer.call("GET", f"/{order['id']}").json


def test_a_requested_return_names_its_pieces_and_their_price(shop, guest):
    order = guest.buys("MUG", "CUP", quantity=3)

    answer = guest.returns(order, [1, 2])

    mug, cup = order["lines"]
    assert answer.status_code == 202, answer.json
    assert (answer.json["state"], answer.json["order_id"]) == ("requested", order["id"])
    assert answer.json["amount"]["amount"] == 1000 + 666
    returned = {line["line_id"]: line["quantity"] for line in answer.json["lines"]}
    assert returned == {mug["id"]: 1, cup["id"]: 2}
    assert answer.headers["Location"] == f"/api/v1/orders/{order['id']}/returns/{answer.json['id']}"
    assert guest.call("GET", f"/{order['id']}/returns/{answer.json['id']}").json == answer.json


def test_all_pieces_one_by_one_are_worth_exactly_their_line(shop, user):
    shop.promotes("TEN")
    order = user.places(user.fills("CUP", quantity=7, coupons=["TEN"])).json
    shop.finishes(uuid_of(order))
    line = order["lines"][0]

    amounts = [
        user.returns(order, [1], key=f"return {n}").json["amount"]["amount"] for n in range(7)
    ]

    assert line["discount"]["amount"] == 233
    assert sum(amounts) == line["total"]["amount"]
    assert set(amounts) == {299, 300}


def test_a_refunded_return_shows_in_the_order(shop, guest):
    order = guest.buys("MUG", quantity=2)
    first = guest.returns(order, [1], key="first").json
    shop.finishes(uuid_of(first, "ret"))
    half = show(guest, order)
    second = guest.returns(order, [1], key="second").json
    shop.finishes(uuid_of(second, "ret"))
    whole = show(guest, order)

    assert (half["payment_status"], half["fulfilment_status"]) == (
        "partially_refunded",
        "partially_returned",
    )
    assert whole["fulfilment_status"] == "returned"
    assert (half["totals"]["refunded"]["amount"], whole["totals"]["refunded"]["amount"]) == (
        1000,
        2000,
    )
    states = [one["state"] for one in guest.call("GET", f"/{order['id']}/returns").json["data"]]
    assert states == ["refunded", "refunded"]


def test_a_return_and_what_became_of_it_are_announced(shop, guest):
    order = guest.buys("MUG", "CUP", quantity=2)
    paid, refused = guest.returns(order, [1, 2]).json, guest.returns(order, [1], key="two").json

    shop.finishes(uuid_of(paid, "ret"))
    shop.finishes(uuid_of(refused, "ret"), refund_payment="payments.refused")

    requests = [fact.return_id for fact in announced(ReturnRequested)]
    settled = {fact.return_id: fact for fact in announced(ReturnSettled)}
    first, second = settled[uuid_of(paid, "ret")], settled[uuid_of(refused, "ret")]
    assert requests == [first.return_id, second.return_id]
    assert (first.outcome, first.code, first.order_id) == ("refunded", None, uuid_of(order))
    assert first.amount_minor == paid["amount"]["amount"]
    assert first.lines == (ReturnedLine(1, 1, 1000), ReturnedLine(2, 2, 666))
    assert (second.outcome, second.code) == ("refused", "payments.refused")


def test_goods_are_not_returned_before_their_refund_is_certain(shop, guest):
    order = guest.buys("MUG", quantity=2)
    first, second = (guest.returns(order, [1], key=key).json for key in ("first", "second"))

    shop.finishes(uuid_of(first, "ret"))
    after_first = show(guest, order)
    shop.finishes(uuid_of(second, "ret"), refund_payment="payments.refund_exceeds_capture")

    assert after_first["fulfilment_status"] == "partially_returned"
    assert show(guest, order)["fulfilment_status"] == "partially_returned"


def test_a_refused_refund_gives_the_pieces_back(shop, guest):
    order = guest.buys("MUG", quantity=2)
    refused = guest.returns(order, [2], key="first").json
    code = "payments.refund_exceeds_capture"

    shop.finishes(uuid_of(refused, "ret"), refund_payment=code)

    ended = guest.call("GET", f"/{order['id']}/returns/{refused['id']}").json
    assert (ended["state"], ended["refusal_code"]) == ("refused", code)
    now = show(guest, order)
    assert (now["lines"][0]["returned"], now["totals"]["refunded"]["amount"]) == (0, 0)
    assert (now["payment_status"], now["fulfilment_status"]) == ("paid", "unfulfilled")
    assert guest.returns(order, [2], key="again").status_code == 202


def test_an_order_is_sent_again_when_its_returns_changed_it(shop, guest):
    order = guest.buys("MUG")
    tags = [guest.call("GET", f"/{order['id']}").headers["ETag"]]

    requested = guest.returns(order, [1]).json
    tags.append(guest.call("GET", f"/{order['id']}").headers["ETag"])
    shop.finishes(uuid_of(requested, "ret"), refund_payment="payments.refund_exceeds_capture")
    tags.append(guest.call("GET", f"/{order['id']}").headers["ETag"])

    assert len(set(tags)) == 3


def test_goods_that_came_back_stay_so_when_the_rest_goes_out(shop, guest, admin):
    order = guest.buys("MUG", quantity=2)
    shop.finishes(uuid_of(guest.returns(order, [1]).json, "ret"))

    moved = admin.call("POST", f"/{order['id']}/transitions", json={"status": "shipped"})

    assert (moved.json["status"], moved.json["fulfilment_status"]) == (
        "shipped",
        "partially_returned",
    )


def test_more_than_was_sold_cannot_come_back(shop, guest):
    order = guest.buys("MUG", quantity=2)
    guest.returns(order, [1], key="first")

    answer = guest.returns(order, [2], key="second")

    assert (answer.status_code, answer.json["code"]) == (409, "orders.not_returnable")
    assert "only 1 of MUG" in answer.json["detail"]
    assert show(guest, order)["lines"][0]["returned"] == 1


def test_an_order_that_is_not_paid_cannot_be_returned(shop, guest):
    order = guest.orders("MUG")

    answer = guest.returns(order, [1])

    assert (answer.status_code, answer.json["code"]) == (409, "orders.not_returnable")


def test_a_line_of_another_order_cannot_be_returned(shop, user):
    one, other = user.buys("MUG"), user.buys("MUG")

    answer = user.returns(one | {"lines": other["lines"]}, [1])

    assert (answer.status_code, answer.json["code"]) == (409, "orders.not_returnable")


def test_a_repeated_request_returns_nothing_twice(shop, guest):
    order = guest.buys("MUG", quantity=2)

    first, second = guest.returns(order, [1]), guest.returns(order, [1])

    assert (second.status_code, second.data) == (202, first.data)
    assert show(guest, order)["lines"][0]["returned"] == 1


def test_a_key_is_of_one_return(shop, guest):
    order = guest.buys("MUG", quantity=2)
    guest.returns(order, [1])

    answer = guest.returns(order, [2])

    assert (answer.status_code, answer.json["code"]) == (422, "idempotency_key_reused")


def test_a_return_without_a_key_is_refused(shop, guest):
    order = guest.buys("MUG")

    answer = guest.call("POST", f"/{order['id']}/returns", json={})

    assert (answer.status_code, answer.json["code"]) == (400, "idempotency_key_missing")


@pytest.mark.parametrize("quantity", [0, -1, 1.0, "1", None, True, 100_001])
def test_a_quantity_is_a_whole_number_of_pieces(shop, guest, quantity):
    line = {"line_id": to_text("oli", uuid7()), "quantity": quantity}
    path = f"/{to_text('ord', uuid7())}/returns"

    answer = guest.call("POST", path, json={"lines": [line], "reason": "x"}, Idempotency_Key="key")

    assert answer.status_code == 422
    assert answer.json["errors"][0]["pointer"] == "/lines/0/quantity"


def test_a_line_is_named_once(shop, guest):
    order = guest.buys("MUG", quantity=2)
    twice = order | {"lines": order["lines"] * 2}

    answer = guest.returns(twice, [1, 1])

    assert (answer.status_code, answer.json["code"]) == (422, "orders.empty_return")


def test_a_return_is_found_only_below_its_order(shop, user):
    one, other = user.buys("MUG"), user.buys("MUG")
    returned = user.returns(one, [1]).json

    answer = user.call("GET", f"/{other['id']}/returns/{returned['id']}")

    assert (answer.status_code, answer.json["code"]) == (404, "orders.return_not_found")


def test_pieces_that_cost_nothing_come_back_too(shop, guest):
    shop.sells("GIFT", price=0)
    order = guest.buys("GIFT", "MUG")

    returned = guest.returns(order, [1]).json

    assert returned["amount"]["amount"] == 0
    assert shop.finishes(uuid_of(returned, "ret")) == "done"
    assert show(guest, order)["payment_status"] == "paid"
