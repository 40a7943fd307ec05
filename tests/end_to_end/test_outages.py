"""What goes on while a server is gone, and what is made up for when it is back."""

import time

import pytest

from tests.end_to_end.shop import Shop

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(180)]
SKU = "STEADY"
# A quorum queue is on disk this long after it was declared.
_DECLARED_SECONDS = 1.5


@pytest.fixture(scope="module")
def shop(fragile_shop: Shop) -> Shop:
    fragile_shop.sell({SKU: 100})
    time.sleep(_DECLARED_SECONDS)
    return fragile_shop


def test_orders_are_accepted_without_the_broker_and_decided_when_it_is_back(shop):
    buyer = shop.guest()
    carts = [buyer.make_cart({SKU: 1}) for _ in range(5)]
    shop.cluster.rabbit.stop()

    answers = [buyer.place(cart, wait=0) for cart in carts]

    shop.cluster.rabbit.start()
    assert [(answer.status, answer.body["status"]) for answer in answers] == [(202, "pending")] * 5
    orders = [
        buyer.await_end(answer.body["id"], cart, 60)
        for answer, cart in zip(answers, carts, strict=True)
    ]
    assert {order.status for order in orders} == {"processing"}


def test_no_request_fails_without_redis(shop):
    buyer = shop.guest()
    shop.cluster.redis.kill()

    customer = shop.customer()
    order = buyer.order(buyer.make_cart({SKU: 1}))

    shop.cluster.redis.start()
    assert order.status == "processing"
    assert customer.get("/orders").status == 200


def test_orders_wait_with_their_stock_held_while_the_provider_is_gone(shop):
    buyer = shop.guest()
    before = shop.stock_of(SKU)["reserved"]
    simulator = shop.cluster.process("simulator")
    shop.cluster.kill(simulator)

    cart = buyer.make_cart({SKU: 2})
    waiting = buyer.place(cart, wait=3).expect(202)
    held = shop.stock_of(SKU)["reserved"] - before

    shop.cluster.restart(simulator)
    assert (waiting["status"], held) == ("pending", 2)
    assert buyer.await_end(waiting["id"], cart, 60).status == "processing"
