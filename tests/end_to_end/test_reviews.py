"""From a purchase to the stars on a product, over HTTP, through three services."""

from typing import Any
from uuid import uuid4

import pytest

from tests.end_to_end.shop import Answer, Caller, Shop, await_that

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(180)]
SKU = "REVIEWED"


@pytest.fixture(scope="module")
def product(shop: Shop) -> str:
    """The address of something that is for sale."""
    shop.sell({SKU: 10})
    products = shop.admin.get("/products").expect(200)["data"]
    [found] = [one for one in products if one["variants"][0]["sku"] == SKU]
    return f"/products/{found['id']}"


def test_who_buys_a_product_may_rate_it_and_the_product_shows_the_stars(shop, product):
    buyer = shop.customer()
    said = {"stars": 4, "text": "A fine thing."}
    answers = [buyer.post(f"{product}/reviews", said)]

    buyer.order(buyer.make_cart({SKU: 1}))
    await_that("the proof", lambda: _repeat(answers, buyer, f"{product}/reviews", said) == 201)
    review = answers[-1].body
    approval = f"/reviews/{review['id']}/approve"
    shop.admin.post(approval, If_Match=f'"{review["version"]}"').expect(200)

    assert (answers[0].status, answers[0].code) == (403, "reviews.not_purchased")
    await_that("the stars", lambda: buyer.get(product).expect(200)["rating"]["count"] == 1)
    assert buyer.get(product).body["rating"] == {"average": 4.0, "count": 1}


def test_a_review_stays_when_its_purchase_is_refunded(shop, product):
    buyer = shop.customer()
    order = buyer.order(buyer.make_cart({SKU: 1}))
    answers: list[Answer] = []
    said = {"stars": 2, "text": "Too large."}
    await_that("the proof", lambda: _repeat(answers, buyer, f"{product}/reviews", said) == 201)
    review = answers[-1].body
    lines = [{"line_id": order.body["lines"][0]["id"], "quantity": 1}]

    returns = f"/orders/{order.id}/returns"
    sent_back = {"lines": lines, "reason": "too large"}
    returned = buyer.post(returns, sent_back, Idempotency_Key=str(uuid4())).expect(202)
    path = f"{returns}/{returned['id']}"
    await_that("the refund", lambda: buyer.get(path).body["state"] == "refunded")

    assert buyer.get(f"/reviews/{review['id']}").body == review


def _repeat(answers: list[Answer], buyer: Caller, path: str, body: dict[str, Any]) -> int:
    answers.append(buyer.post(path, body))
    return answers[-1].status
