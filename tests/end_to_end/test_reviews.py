"""From a purchase to the stars on a product, over HTTP, through three services."""

from typing import Any

import pytest

from tests.end_to_end.shop import Answer, Caller, Shop, await_that

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(180)]


@pytest.fixture
def product(shop: Shop) -> str:
    """The address of something that is for sale."""
    shop.sell({"REVIEWED": 10})
    products = shop.admin.get("/products").expect(200)["data"]
    [found] = [one for one in products if one["variants"][0]["sku"] == "REVIEWED"]
    return f"/products/{found['id']}"


def test_who_buys_a_product_may_rate_it_and_the_product_shows_the_stars(shop, product):
    buyer = shop.customer()
    said = {"stars": 4, "text": "A fine thing."}
    answers = [buyer.post(f"{product}/reviews", said)]

    buyer.order(buyer.make_cart({"REVIEWED": 1}))
    await_that("the proof", lambda: _repeat(answers, buyer, f"{product}/reviews", said) == 201)
    review = answers[-1].body
    approval = f"/reviews/{review['id']}/approve"
    shop.admin.post(approval, If_Match=f'"{review["version"]}"').expect(200)

    assert (answers[0].status, answers[0].code) == (403, "reviews.not_purchased")
    await_that("the stars", lambda: buyer.get(product).expect(200)["rating"]["count"] == 1)
    assert buyer.get(product).body["rating"] == {"average": 4.0, "count": 1}


def _repeat(answers: list[Answer], buyer: Caller, path: str, body: dict[str, Any]) -> int:
    answers.append(buyer.post(path, body))
    return answers[-1].status
