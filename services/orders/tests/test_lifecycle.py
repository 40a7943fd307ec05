"""From a pending order to its end."""

import threading
import time
from typing import Any

import msgspec
import pytest
from sqlalchemy import select

from libs.contracts.orders import OrderCancelled, OrderConfirmed
from libs.db.transaction import reading
from libs.ids import from_text, to_text, uuid7
from services.orders.models.tables import Order, OrderEvent
from services.orders.tests.shop import announced, uuid_of


def events(order: Any) -> list[tuple[int, str]]:
    with reading() as session:
        of_order = select(OrderEvent).where(OrderEvent.order_id == uuid_of(order))
        found = session.scalars(of_order.order_by(OrderEvent.seq))
        return [(event.seq, event.kind) for event in found]


def finish_the_next_order(shop):
    """Do what the workers do while a client waits for its answer."""
    with shop.app.app_context():
        end = time.monotonic() + 10
        while time.monotonic() < end:
            with reading() as session:
                order_id = session.scalar(select(Order.id))
            if order_id:
                shop.finishes(order_id)
                return
            time.sleep(0.02)


def test_a_paid_order_has_a_number_and_is_announced(shop, user):
    order = user.orders("MUG", "CUP", quantity=2)

    shop.finishes(uuid_of(order))

    paid = user.call("GET", f"/{order['id']}").json
    assert (paid["status"], paid["payment_status"]) == ("processing", "paid")
    assert int(paid["number"]) > 100_000
    [fact] = announced(OrderConfirmed)
    assert (fact.order_id, fact.number, fact.lines_omitted) == (
        uuid_of(order),
        paid["number"],
        False,
    )
    assert [(line.sku, line.quantity) for line in fact.lines] == [("MUG", 2), ("CUP", 2)]
    assert fact.total_minor == paid["totals"]["total"]["amount"]
    assert fact.customer_id == from_text("usr", paid["customer_id"])


def test_a_confirmation_says_what_the_total_is_made_of_and_which_coupons_were_used(shop, user):
    shop.promotes("TEN")
    order = user.places(user.fills("MUG", coupons=["TEN"])).json

    shop.finishes(uuid_of(order))

    [fact] = announced(OrderConfirmed)
    totals = {name: money["amount"] for name, money in order["totals"].items()}
    assert fact.amounts is not None
    assert msgspec.structs.asdict(fact.amounts) == {
        f"{name}_minor": totals[name]
        for name in ("subtotal", "discount", "shipping", "tax", "included_tax")
    }
    [used] = fact.redemptions
    assert (used.code, used.discount_minor) == ("TEN", totals["discount"])


@pytest.mark.parametrize(
    ("step", "code", "payment"),
    [
        ("reserve_stock", "inventory.out_of_stock", "unpaid"),
        ("redeem_promotions", "promotions.coupon_used_up", "unpaid"),
        ("authorize_payment", "payments.declined", "failed"),
        ("capture_payment", "payments.expired", "failed"),
    ],
)
def test_a_refused_step_cancels_the_order_with_its_reason(shop, user, step, code, payment):
    shop.promotes("TEN")
    order = user.places(user.fills("MUG", coupons=["TEN"])).json

    status = shop.finishes(uuid_of(order), **{step: code})

    ended = user.call("GET", f"/{order['id']}").json
    assert (status, ended["status"], ended["payment_status"]) == (
        "compensated",
        "cancelled",
        payment,
    )
    assert ended["cancellation"] == {"code": code, "detail": "refused by the test"}
    assert ended["number"] is None
    assert user.cart(order["cart_id"])["status"] == "open"


def test_a_cancelled_order_is_announced_once(shop, user):
    order = user.orders("MUG")
    code = "inventory.out_of_stock"

    shop.answers(uuid_of(order), "reserve_stock", "rejected", code=code, detail="none left")

    [fact] = announced(OrderCancelled)

    assert (fact.order_id, fact.code, fact.detail) == (uuid_of(order), code, "none left")


def test_a_buyer_who_has_to_act_is_told_where(shop, guest):
    order = guest.orders("MUG")
    shop.answers(uuid_of(order), "reserve_stock")
    url = b'"https://bank.example/3ds"'

    shop.answers(
        uuid_of(order), "authorize_payment", "waiting", output={"action_url": msgspec.Raw(url)}
    )

    waiting = guest.call("GET", f"/{order['id']}").json
    assert waiting["next_action"] == {"type": "redirect", "url": "https://bank.example/3ds"}
    shop.finishes(uuid_of(order))
    paid = guest.call("GET", f"/{order['id']}").json
    assert (paid["status"], paid["next_action"]) == ("processing", None)


def test_an_order_is_cancelled_by_its_buyer_before_it_is_paid(shop, guest):
    order = guest.orders("MUG")
    shop.answers(uuid_of(order), "reserve_stock")

    answer = guest.call("POST", f"/{order['id']}/cancel")
    status = shop.finishes(uuid_of(order))

    assert (answer.status_code, answer.json["status"]) == (202, "pending")
    ended = guest.call("GET", f"/{order['id']}").json
    assert (status, ended["status"]) == ("compensated", "cancelled")
    assert ended["cancellation"]["code"] == "orders.cancelled_by_customer"
    assert guest.cart(order["cart_id"])["status"] == "open"


def test_cancelling_again_changes_nothing(shop, guest):
    order = guest.orders("MUG")
    guest.call("POST", f"/{order['id']}/cancel")

    while_undone = guest.call("POST", f"/{order['id']}/cancel")
    shop.finishes(uuid_of(order))
    when_over = guest.call("POST", f"/{order['id']}/cancel")

    assert (while_undone.status_code, while_undone.json["status"]) == (202, "pending")
    assert (when_over.status_code, when_over.json["status"]) == (202, "cancelled")
    assert events(order) == [(1, "placed"), (2, "cancelled")]


@pytest.mark.parametrize("answered", [("reserve_stock", "authorize_payment"), None])
def test_an_order_whose_payment_is_taken_cannot_be_cancelled(shop, guest, answered):
    order = guest.orders("MUG")
    if answered:
        for step in answered:
            shop.answers(uuid_of(order), step)
    else:
        shop.finishes(uuid_of(order))

    answer = guest.call("POST", f"/{order['id']}/cancel")

    assert (answer.status_code, answer.json["code"]) == (409, "orders.too_late_to_cancel")
    assert shop.finishes(uuid_of(order)) == "done"


def test_an_operator_who_cancels_does_not_speak_for_the_buyer(shop, guest, admin):
    order = guest.orders("MUG")

    admin.call("POST", f"/{order['id']}/cancel")
    shop.finishes(uuid_of(order))

    ended = guest.call("GET", f"/{order['id']}").json
    assert ended["cancellation"]["code"] == "orders.cancelled_by_operator"


def test_who_waits_gets_the_finished_order(shop, guest):
    cart_id = guest.fills("MUG")
    saga = threading.Thread(target=finish_the_next_order, args=(shop,))
    saga.start()

    answer = guest.places(cart_id, prefer="wait=10")

    saga.join()
    assert (answer.status_code, answer.json["status"]) == (201, "processing")
    assert answer.headers["Preference-Applied"] == "wait"
    assert answer.headers["Location"] == f"/api/v1/orders/{answer.json['id']}"


def test_who_waits_for_a_repeated_request_gets_the_finished_order(shop, guest):
    cart_id = guest.fills("MUG")
    order = guest.places(cart_id).json
    shop.finishes(uuid_of(order))

    answer = guest.places(cart_id, prefer="wait=10")

    assert (answer.status_code, answer.json["status"]) == (201, "processing")


def test_who_waits_learns_at_once_that_the_buyer_has_to_act(shop, guest):
    cart_id = guest.fills("MUG")
    order = guest.places(cart_id).json
    shop.answers(uuid_of(order), "reserve_stock")
    url = b'"https://bank.example/3ds"'
    shop.answers(
        uuid_of(order), "authorize_payment", "waiting", output={"action_url": msgspec.Raw(url)}
    )

    answer = guest.places(cart_id, prefer="wait=20")

    assert (answer.status_code, answer.json["status"]) == (202, "pending")
    assert answer.json["next_action"]["url"] == "https://bank.example/3ds"


def test_who_waits_in_vain_gets_the_accepted_order(shop, guest):
    answer = guest.places(guest.fills("MUG"), prefer="wait=1")

    assert (answer.status_code, answer.json["status"]) == (202, "pending")


def test_who_waits_for_a_cancellation_gets_the_cancelled_order(shop, guest):
    order = guest.orders("MUG")
    guest.call("POST", f"/{order['id']}/cancel")
    shop.finishes(uuid_of(order))

    answer = guest.call("POST", f"/{order['id']}/cancel", Prefer="wait=10")

    assert (answer.status_code, answer.json["status"]) == (200, "cancelled")


def test_goods_go_out_and_arrive(shop, guest, admin):
    order = guest.buys("MUG")
    path = f"/{order['id']}/transitions"

    moved = [admin.call("POST", path, json={"status": s}) for s in ("shipped", "delivered")]

    told = [(one.json["status"], one.json["fulfilment_status"]) for one in moved]
    assert told == [("shipped", "fulfilled"), ("delivered", "fulfilled")]
    assert [kind for _, kind in events(order)][-2:] == ["status_changed"] * 2


@pytest.mark.parametrize(("paid", "status"), [(False, "shipped"), (True, "delivered")])
def test_an_order_skips_no_status(shop, guest, admin, paid, status):
    order = guest.buys("MUG") if paid else guest.orders("MUG")

    answer = admin.call("POST", f"/{order['id']}/transitions", json={"status": status})

    assert (answer.status_code, answer.json["code"]) == (409, "orders.illegal_transition")


def test_an_order_that_does_not_exist_cannot_be_moved(admin):
    path = f"/{to_text('ord', uuid7())}/transitions"

    answer = admin.call("POST", path, json={"status": "shipped"})

    assert (answer.status_code, answer.json["code"]) == (404, "orders.order_not_found")
