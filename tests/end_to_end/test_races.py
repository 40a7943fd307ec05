"""Many buyers at once, and one buyer who asks twice."""

from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Barrier
from typing import TypeVar
from uuid import uuid4

import pytest

from tests.end_to_end.shop import Order, Shop, await_that

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(180)]
R = TypeVar("R")
BUYERS = 50


def _at_once(works: Sequence[Callable[[], R]]) -> list[R]:
    """What each returned; none starts before all are ready."""
    barrier = Barrier(len(works))

    def run(work: Callable[[], R]) -> R:
        barrier.wait(30)
        return work()

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(run, works))


def _buy_at_once(
    shop: Shop, sku: str, coupons: Sequence[str] = ()
) -> tuple[list[Order], Counter[str]]:
    """50 buyers with a cart each; the orders that were accepted, once decided, and all refusals."""
    buyer = shop.guest()
    carts = [buyer.make_cart({sku: 1}, coupons) for _ in range(BUYERS)]

    answers = _at_once([partial(buyer.place, cart, wait=0) for cart in carts])

    orders: list[Order] = []
    refusals: Counter[str] = Counter()
    for cart, answer in zip(carts, answers, strict=True):
        if answer.status == 202:
            orders.append(buyer.await_end(answer.body["id"], cart))
        else:
            assert answer.status == 409, answer.body
            refusals[answer.code] += 1
    return orders, refusals


def test_last_unit_goes_to_exactly_one_of_fifty_buyers(shop):
    shop.sell({"LAST-UNIT": 1})

    orders, refusals = _buy_at_once(shop, "LAST-UNIT")

    endings = Counter((order.status, order.reason) for order in orders)
    lost = endings.pop(("cancelled", "inventory.out_of_stock"), 0)
    assert endings == {("processing", None): 1}
    assert lost > 0, "nobody raced"
    # Carts that learned of the sold unit in time did not become orders.
    assert lost + refusals.pop("carts.cart_not_ready", 0) == BUYERS - 1
    assert not refusals
    await_that("the delivery", lambda: shop.stock_of("LAST-UNIT")["on_hand"] == 0)
    assert shop.stock_of("LAST-UNIT")["reserved"] == 0


def test_single_use_coupon_is_used_by_exactly_one_of_fifty_buyers(shop):
    shop.sell({"PLENTY": 1000})
    shop.offer("ONLY-ONCE", uses=1)

    orders, refusals = _buy_at_once(shop, "PLENTY", ["ONLY-ONCE"])

    endings = Counter((order.status, order.reason) for order in orders)
    lost = endings.pop(("cancelled", "promotions.coupon_used_up"), 0)
    assert endings == {("processing", None): 1}
    assert lost + sum(refusals.values()) == BUYERS - 1
    await_that("the delivery", lambda: shop.stock_of("PLENTY")["on_hand"] == 999)
    assert shop.stock_of("PLENTY")["reserved"] == 0


def test_one_request_sent_twice_at_once_is_one_order_with_equal_answers(shop):
    shop.sell({"TWICE": 10})
    buyer = shop.guest()
    cart = buyer.make_cart({"TWICE": 1})
    key = str(uuid4())

    answers = _at_once([lambda: buyer.place(cart, key=key, wait=0) for _ in range(4)])

    assert {answer.status for answer in answers} <= {202, 409}
    accepted = [answer for answer in answers if answer.status == 202]
    again = buyer.place(cart, key=key, wait=0).expect(202)
    assert [answer.body for answer in accepted] == [again] * len(accepted)
    assert {answer.code for answer in answers if answer.status == 409} <= {"in_progress"}


def test_two_requests_for_one_cart_get_the_same_order(shop):
    shop.sell({"SAME-CART": 10})
    buyer = shop.guest()
    cart = buyer.make_cart({"SAME-CART": 1})
    buyer.place(cart, wait=0).expect(202)

    answers = [buyer.place(cart, wait=0) for _ in range(3)]

    assert {answer.status for answer in answers} == {200}
    assert len({answer.body["id"] for answer in answers}) == 1


def test_a_key_for_another_body_is_refused(shop):
    shop.sell({"ONE-KEY": 10})
    buyer = shop.guest()
    cart = buyer.make_cart({"ONE-KEY": 1})
    key = str(uuid4())
    buyer.place(cart, key=key, wait=0).expect(202)

    answer = buyer.place(cart, "tok_declined", key=key, wait=0)

    assert (answer.status, answer.code) == (422, "idempotency_key_reused")
