"""What customers say of what they bought, and what they keep for later."""

from typing import Any
from uuid import uuid4

import pytest

from tests.end_to_end.shop import Answer, Caller, Shop, await_that


def _product(shop: Shop) -> dict[str, Any]:
    """Something of its own that is for sale, as catalog shows it."""
    sku = f"SAID-{uuid4().hex[:8]}"
    shop.sell({sku: 10})
    product = shop.stock_of(sku)["product_id"]
    found: dict[str, Any] = shop.guest().get(f"/products/{product}").expect(200)
    return found


@pytest.fixture(scope="module")
def product(shop: Shop) -> dict[str, Any]:
    """What the tests of reviews are about."""
    return _product(shop)


def _review(shop: Shop, product: dict[str, Any], stars: int) -> tuple[Caller, dict[str, Any]]:
    """Somebody who bought it, and the review, once the proof of the purchase has arrived."""
    buyer, path = shop.customer(), f"/products/{product['id']}/reviews"
    buyer.order(buyer.make_cart({product["variants"][0]["sku"]: 1}))
    answers: list[Answer] = []

    def accepted() -> bool:
        answers.append(buyer.post(path, {"stars": stars, "text": "A fine thing."}))
        return answers[-1].status == 201

    await_that("the proof", accepted)
    return buyer, answers[-1].body


def _approve(shop: Shop, review: dict[str, Any]) -> None:
    path = f"/reviews/{review['id']}/approve"
    shop.admin.post(path, If_Match=f'"{review["version"]}"').expect(200)


def test_row_076_only_who_has_bought_it_may_review_it_once(shop, product):
    path, said = f"/products/{product['id']}/reviews", {"stars": 5, "text": "Never seen."}

    stranger = shop.customer().post(path, said)
    buyer, review = _review(shop, product, 4)
    again = buyer.post(path, said)

    assert (stranger.status, stranger.code) == (403, "reviews.not_purchased")
    assert review["stars"] == 4
    assert again.status == 409


def test_row_077_a_product_shows_the_average_of_its_stars(shop):
    rated = _product(shop)
    for stars in (5, 2):
        _approve(shop, _review(shop, rated, stars)[1])

    path = f"/products/{rated['id']}"
    await_that("the stars", lambda: shop.guest().get(path).body["rating"]["count"] == 2)

    assert shop.guest().get(f"{path}/rating").expect(200)["average"] == 3.5
    assert shop.guest().get(path).expect(200)["rating"]["average"] == 3.5


def test_row_078_reviews_are_approved_rejected_and_flagged(shop, product):
    _, good = _review(shop, product, 5)
    _, bad = _review(shop, product, 1)
    hidden = shop.guest().get(f"/reviews/{good['id']}").status

    _approve(shop, good)
    reject = f"/reviews/{bad['id']}/reject"
    tag = f'"{bad["version"]}"'
    shop.admin.post(reject, {"reason": "advertising"}, If_Match=tag).expect(200)
    shop.customer().post(f"/reviews/{good['id']}/flag", {"reason": "rude"}).expect(204)

    flagged = shop.admin.get("/reviews?state=flagged&limit=100").expect(200)["data"]
    assert (hidden, shop.guest().get(f"/reviews/{good['id']}").status) == (404, 200)
    assert shop.guest().get(f"/reviews/{bad['id']}").status == 404
    assert good["id"] in [one["id"] for one in flagged]


def _wish(customer: Caller, product: dict[str, Any]) -> str:
    """The path of an item of a new list, once wishlists knows of the product."""
    wishlist = customer.post("/wishlists", {"name": "Later"}).expect(201)
    path, wish = f"/wishlists/{wishlist['id']}/items", {"variant_id": product["variants"][0]["id"]}
    answers: list[Answer] = []

    def kept() -> bool:
        answers.append(customer.post(path, wish))
        return answers[-1].status == 201

    await_that("the arrival of the product", kept)
    return f"{path}/{answers[-1].body['id']}"


def test_row_079_things_are_kept_for_later(shop, product):
    customer = shop.customer()

    item = _wish(customer, product)
    wishlist = item.partition("/items")[0]
    shared = customer.call("PUT", f"{wishlist}/share-link").expect(200)
    seen = shop.guest().at("GET", shared["url"]).expect(200)

    assert customer.get(item).status == 200
    assert product["name"] in str(seen)
    assert shop.customer().get(item).status == 404


def test_row_080_who_waits_for_stock_is_told_when_it_is_there(shop):
    sku = f"GONE-{uuid4().hex[:8]}"
    variant = {"sku": sku, "options": {}, "prices": [{"amount": 1250, "currency": "EUR"}]}
    draft = {"name": sku, "description": "", "variants": [variant]}
    sold_out = shop.admin.post("/products", draft).expect(201)
    customer = shop.customer()
    item = _wish(customer, sold_out)
    customer.post(f"{item}/alert", {"kind": "back_in_stock"}).expect(201)

    lines = [{"sku": sku, "delta": 5, "reason": "delivered"}]

    def delivered() -> bool:
        path, key = "/inventory/adjustments", f"deliver-{sku}"
        return bool(shop.admin.post(path, {"lines": lines}, Idempotency_Key=key).status == 201)

    await_that("the delivery", delivered)

    def told() -> bool:
        notes = customer.get("/notifications").expect(200)["data"]
        return f"{sku} is back in stock" in [note["title"] for note in notes]

    await_that("the notice", told)
