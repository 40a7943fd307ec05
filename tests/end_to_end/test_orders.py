"""An order from the cart to its end, over HTTP, with everything that it moves on its way."""

from itertools import count
from typing import Any
from uuid import uuid4

import psycopg2
import pytest
import urllib3

from libs.testing.invariants.books import Books
from libs.testing.invariants.check import open_books
from tests.end_to_end.shop import Caller, Cart, Order, Shop, await_that

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(180)]
_numbers = count(1)


@pytest.fixture
def sku(shop: Shop) -> str:
    """Something of which ten are for sale."""
    name = f"THING-{next(_numbers)}"
    shop.sell({name: 10})
    return name


def _books_of(shop: Shop, order: Order, sql: str) -> list[dict[str, Any]]:
    books: Books = open_books(shop.cluster)
    try:
        return books.rows(sql.replace("$ORDER", f"'{order.uuid}'"))
    finally:
        books.close()


def _wait_for_buyer(buyer: Caller, cart: Cart) -> Order:
    placed = buyer.place(cart, "tok_requires_action", wait=0).expect(202)
    return buyer.await_order(placed["id"], cart, lambda order: bool(order.body["next_action"]))


def _act(order: Order, verb: str) -> None:
    page = order.body["next_action"]["url"].removesuffix("/action")
    assert urllib3.request("POST", f"{page}/{verb}", retries=False, timeout=5.0).status == 200


def _expire(shop: Shop, order: Order) -> None:
    """As if the buyer's time were over."""
    with psycopg2.connect(shop.cluster.installation.servers.databases["orders"]) as connection:
        connection.cursor().execute(
            "UPDATE saga SET due_at = now(), state ="
            " jsonb_set(state, '{deadline_at}', to_jsonb(now() - interval '1 second'))"
            " WHERE id = %s",
            [order.uuid],
        )
    connection.close()


def test_confirmed_order_is_the_same_in_every_book(shop, sku):
    buyer = shop.customer()

    order = buyer.order(buyer.make_cart({sku: 2}))

    assert (order.status, order.body["payment_status"]) == ("processing", "paid")
    assert order.body["number"]
    await_that("the delivery of the stock", lambda: shop.stock_of(sku)["on_hand"] == 8)
    assert shop.stock_of(sku)["reserved"] == 0
    assert _books_of(
        shop,
        order,
        "SELECT amount FROM provider.event WHERE type='intent.captured' AND order_id=$ORDER",
    ) == [{"amount": order.total}]
    ledger = _books_of(
        shop,
        order,
        "SELECT account, l.amount FROM payments.ledger_entry l JOIN payments.payment p"
        " ON p.id = payment_id WHERE order_id = $ORDER ORDER BY account",
    )
    assert [(row["account"], row["amount"]) for row in ledger] == [
        ("provider", order.total),
        ("sales", -order.total),
    ]


def test_timeline_tells_each_step_of_a_confirmed_order(shop, sku):
    buyer = shop.customer()
    order = buyer.order(buyer.make_cart({sku: 1}))

    def ended() -> bool:
        return bool(buyer.get(f"/orders/{order.id}/timeline").expect(200)["status"] == "done")

    await_that("the end of the saga", ended)
    events = buyer.get(f"/orders/{order.id}/timeline").expect(200)["data"]

    assert events[0]["event"] == "started"
    done = [event["step"] for event in events if event["outcome"] == "done"]
    assert done[:3] == ["reserve_stock", "authorize_payment", "capture_payment"]
    assert set(done[3:]) == {"commit_stock", "close_cart"}


def test_buyer_is_notified_of_the_confirmed_order(shop, sku):
    buyer = shop.customer()

    order = buyer.order(buyer.make_cart({sku: 1}))

    def told() -> bool:
        inbox = buyer.get("/notifications").expect(200)["data"]
        return [one["title"] for one in inbox if one["kind"] == "order_confirmed"] == [
            f"Order {order.body['number']} is confirmed"
        ]

    await_that("the notice", told)


@pytest.mark.parametrize(
    "card", ["tok_ok", "tok_slow", "tok_error_500", "tok_timeout_after_charge"]
)
def test_a_good_card_is_charged_once_however_the_provider_behaves(shop, sku, card):
    buyer = shop.guest()

    order = buyer.order(buyer.make_cart({sku: 1}), card)

    assert order.status == "processing"
    captures = "SELECT amount FROM provider.event WHERE type='intent.captured' AND order_id=$ORDER"
    assert _books_of(shop, order, captures) == [{"amount": order.total}]


def test_declined_card_cancels_and_gives_everything_back(shop, sku):
    shop.offer(code := f"CODE-{uuid4().hex[:8]}", uses=1)
    buyer = shop.guest()

    order = buyer.order(buyer.make_cart({sku: 3}, [code]), "tok_declined")

    assert (order.status, order.reason) == ("cancelled", "payments.declined")
    assert shop.stock_of(sku)["available"] == 10
    again = buyer.order(buyer.make_cart({sku: 3}, [code]))
    assert again.status == "processing"


def test_buyer_who_proves_to_be_the_owner_gets_the_order(shop, sku):
    buyer = shop.guest()
    cart = buyer.make_cart({sku: 1})
    order = _wait_for_buyer(buyer, cart)

    _act(order, "complete")

    assert buyer.await_end(order.id, cart).status == "processing"


def test_buyer_who_refuses_the_proof_loses_the_order(shop, sku):
    buyer = shop.guest()
    cart = buyer.make_cart({sku: 1})
    order = _wait_for_buyer(buyer, cart)

    _act(order, "refuse")

    ended = buyer.await_end(order.id, cart)
    assert (ended.status, ended.reason) == ("cancelled", "payments.declined")
    assert shop.stock_of(sku)["available"] == 10


def test_buyer_who_never_answers_loses_the_order_at_its_deadline(shop, sku):
    buyer = shop.guest()
    cart = buyer.make_cart({sku: 1})
    order = _wait_for_buyer(buyer, cart)

    _expire(shop, order)

    ended = buyer.await_end(order.id, cart)
    assert (ended.status, ended.reason) == ("cancelled", "orders.timed_out")
    assert shop.stock_of(sku)["available"] == 10


def test_order_is_cancelled_by_its_buyer_before_the_money_is_taken(shop, sku):
    buyer = shop.guest()
    cart = buyer.make_cart({sku: 1})
    order = _wait_for_buyer(buyer, cart)

    buyer.post(f"/orders/{order.id}/cancel", X_Cart_Token=cart.token).expect(202)

    ended = buyer.await_end(order.id, cart)
    assert (ended.status, ended.reason) == ("cancelled", "orders.cancelled_by_customer")
    assert shop.stock_of(sku)["available"] == 10


def test_paid_order_cannot_be_cancelled(shop, sku):
    buyer = shop.customer()
    order = buyer.order(buyer.make_cart({sku: 1}))

    answer = buyer.post(f"/orders/{order.id}/cancel")

    assert (answer.status, answer.code) == (409, "orders.too_late_to_cancel")


def test_cart_of_a_cancelled_order_can_be_paid_with_another_card(shop, sku):
    buyer = shop.guest()
    cart = buyer.make_cart({sku: 1})
    declined = buyer.order(cart, "tok_declined")

    def open_again() -> bool:
        found = buyer.get(f"/carts/{cart.id}", X_Cart_Token=cart.token).expect(200)
        return bool(found["status"] == "open")

    await_that("the cart's return", open_again)
    paid = buyer.order(cart)

    assert (declined.status, paid.status) == ("cancelled", "processing")
    assert paid.id != declined.id


def test_returned_goods_are_refunded_and_back_on_the_shelf(shop, sku):
    buyer = shop.customer()
    order = buyer.order(buyer.make_cart({sku: 2}))
    await_that("the delivery of the stock", lambda: shop.stock_of(sku)["on_hand"] == 8)
    lines = [{"line_id": order.body["lines"][0]["id"], "quantity": 1}]

    returned = buyer.post(
        f"/orders/{order.id}/returns",
        {"lines": lines, "reason": "too large"},
        Idempotency_Key=str(uuid4()),
    ).expect(202)

    path = f"/orders/{order.id}/returns/{returned['id']}"
    await_that("the refund", lambda: buyer.get(path).body["state"] == "refunded")
    await_that("the stock's return", lambda: shop.stock_of(sku)["on_hand"] == 9)
    refunds = "SELECT amount FROM provider.event WHERE type='intent.refunded' AND order_id=$ORDER"
    assert _books_of(shop, order, refunds) == [{"amount": returned["amount"]["amount"]}]
    after = buyer.get(f"/orders/{order.id}").expect(200)
    assert after["payment_status"] == "partially_refunded"
