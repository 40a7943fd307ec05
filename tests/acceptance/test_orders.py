"""Orders: placed, followed, moved, paid for."""

import re
from contextlib import ExitStack
from uuid import uuid4

import pytest
import urllib3

from tests.acceptance.bus import listening
from tests.end_to_end.shop import ADDRESS, Shop, await_that


@pytest.fixture(scope="module")
def sku(shop: Shop) -> str:
    """Something of which a hundred are for sale."""
    name = f"ORDER-{uuid4().hex[:8]}"
    shop.sell({name: 100})
    return name


def test_row_049_an_order_is_made_of_a_cart(shop, sku):
    buyer = shop.customer()
    cart = buyer.make_cart({sku: 1})

    placed = buyer.place(cart, wait=0)
    order = buyer.await_end(placed.expect(202)["id"], cart)
    body = {"email": "a@example.com", "payment": {"provider": "simulator", "token": "tok_ok"}}
    older = buyer.at("POST", "/api/orders/", body | {"cart_id": buyer.make_cart({sku: 1}).id})

    assert placed.headers["Location"].endswith(placed.body["id"])
    assert order.status == "processing"
    assert older.status == 202


def test_row_050_a_customer_lists_the_own_orders(shop, sku):
    buyer = shop.customer()
    orders = [buyer.order(buyer.make_cart({sku: 1})) for _ in range(2)]

    answers = [buyer.at("GET", path) for path in ("/orders/", "/api/v1/orders/queries/orders/")]

    for answer in answers:
        listed = [one["id"] for one in answer.expect(200)["data"]]
        assert listed == [order.id for order in reversed(orders)]


def test_row_051_an_order_is_shown(shop, sku):
    buyer = shop.customer()
    order = buyer.order(buyer.make_cart({sku: 1}))

    shown = buyer.at("GET", f"/api/orders/{order.id}/").expect(200)

    assert (shown["number"], shown["payment_status"]) == (order.body["number"], "paid")
    assert shop.customer().get(f"/orders/{order.id}").status == 404


def test_row_052_an_order_is_cancelled_and_everything_given_back(shop, sku):
    buyer = shop.guest()
    cart = buyer.make_cart({sku: 1})
    placed = buyer.place(cart, "tok_requires_action", wait=0).expect(202)
    buyer.await_order(placed["id"], cart, lambda order: bool(order.body["next_action"]))

    path = f"/api/orders/{placed['id']}/cancel/"
    buyer.at("POST", path, X_Cart_Token=cart.token).expect(202)

    order = buyer.await_end(placed["id"], cart)
    assert (order.status, order.reason) == ("cancelled", "orders.cancelled_by_customer")


def test_row_053_an_order_moves_through_its_statuses(shop, sku):
    buyer = shop.customer()
    cart = buyer.make_cart({sku: 1})
    first = buyer.place(cart, wait=0).expect(202)["status"]
    order = buyer.await_end(buyer.get("/orders").expect(200)["data"][0]["id"], cart)
    moves = f"/orders/{order.id}/transitions"

    seen = [
        shop.admin.post(moves, {"status": status}).expect(200)["status"]
        for status in ("shipped", "delivered")
    ]
    back = shop.admin.post(moves, {"status": "shipped"})

    assert first in ("pending", "processing")
    assert [order.status, *seen] == ["processing", "shipped", "delivered"]
    assert back.status == 409


def test_row_054_an_order_is_followed(shop, sku):
    buyer = shop.customer()
    order = buyer.order(buyer.make_cart({sku: 1}))
    shop.admin.post(f"/orders/{order.id}/transitions", {"status": "shipped"}).expect(200)

    events = buyer.get(f"/orders/{order.id}/timeline").expect(200)["data"]
    stream = urllib3.request(
        "GET",
        shop.cluster.url_for(f"/api/v1/orders/{order.id}/events"),
        headers=buyer.headers,
        preload_content=False,
        timeout=10.0,
    )
    told = stream.read(200).decode()
    stream.close()

    assert events[0]["event"] == "started"
    assert re.search(r"^id: 1$", told, re.MULTILINE)


def test_row_055_an_order_has_total_address_and_items_with_quantity_and_price(shop, sku):
    buyer = shop.customer()
    order = buyer.order(buyer.make_cart({sku: 2}))
    [line] = order.body["lines"]

    assert (line["quantity"], line["unit_price"]["amount"]) == (2, 1250)
    assert order.body["totals"]["subtotal"]["amount"] == 2500
    assert order.total == 2500 + order.body["totals"]["shipping"]["amount"]
    assert order.body["shipping_address"]["city"] == ADDRESS["city"]


def test_row_056_an_order_keeps_the_prices_it_was_made_with(shop):
    sku = f"PRICED-{uuid4().hex[:8]}"
    shop.sell({sku: 10})
    buyer = shop.customer()
    order = buyer.order(buyer.make_cart({sku: 1}))
    product = shop.admin.get(f"/products/{order.body['lines'][0]['product_id']}").expect(200)
    variant = {"sku": sku, "options": {}, "prices": [{"amount": 9900, "currency": "EUR"}]}

    shop.admin.call(
        "PATCH",
        f"/products/{product['id']}",
        {"variants": [variant]},
        If_Match=f'"{product["version"]}"',
    ).expect(200)

    shown = buyer.get(f"/orders/{order.id}").expect(200)
    assert shown["lines"][0]["unit_price"]["amount"] == 1250


def test_row_058_one_order_is_worked_by_several_services_or_by_none(shop, sku):
    buyer = shop.guest()
    cart = buyer.make_cart({sku: 1})
    order = buyer.order(cart)
    path = f"/orders/{order.id}/timeline"

    def done() -> bool:
        return bool(buyer.get(path, X_Cart_Token=cart.token).expect(200)["status"] == "done")

    await_that("the end of the saga", done)
    events = buyer.get(path, X_Cart_Token=cart.token).expect(200)["data"]
    declined = buyer.order(buyer.make_cart({sku: 1}), "tok_declined")

    steps = {event["step"] for event in events if event["outcome"] == "done"}
    assert steps >= {"reserve_stock", "authorize_payment", "capture_payment", "commit_stock"}
    assert (declined.status, declined.reason) == ("cancelled", "payments.declined")


def test_row_059_orders_announce_what_becomes_of_them(shop, sku):
    buyer = shop.guest()
    facts = ("orders.order_placed.v1", "orders.order_confirmed.v1")
    with ExitStack() as stack:
        ears = [stack.enter_context(listening(shop.cluster, name)) for name in facts]
        order = buyer.order(buyer.make_cart({sku: 1}))

        def told() -> bool:
            return all(order.uuid in [fact["order_id"] for fact in heard()] for heard in ears)

        await_that("both facts", told)


def test_row_060_payments_are_a_service_of_their_own(shop, sku):
    buyer = shop.guest()
    order = buyer.order(buyer.make_cart({sku: 1}))

    [payment] = shop.admin.get(f"/payments?order_id={order.id}").expect(200)["data"]
    detail = shop.admin.get(f"/payments/{payment['id']}").expect(200)
    databases = shop.cluster.installation.servers.databases

    assert detail["captured"]["amount"] == order.total
    assert sum(entry["amount"]["amount"] for entry in detail["ledger"]) == 0
    assert databases["payments"] != databases["orders"]


def test_row_063_a_providers_word_decides_an_order_later_and_only_if_it_is_genuine(shop, sku):
    buyer = shop.guest()
    cart = buyer.make_cart({sku: 1})
    placed = buyer.place(cart, "tok_requires_action", wait=0).expect(202)
    parked = buyer.await_order(placed["id"], cart, lambda order: bool(order.body["next_action"]))

    forged = buyer.post("/payments/webhooks/simulator", {"type": "intent.authorized"})
    page = parked.body["next_action"]["url"].removesuffix("/action")
    assert urllib3.request("POST", f"{page}/complete", retries=False, timeout=5.0).status == 200

    assert forged.status == 400
    assert buyer.await_end(parked.id, cart).status == "processing"
