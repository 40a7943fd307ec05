"""Promotions that depend on what four services tell each other."""

import csv
from typing import Any
from uuid import uuid4

import pytest

from tests.end_to_end.shop import Shop, await_that

CODES = 600


@pytest.fixture
def category(shop: Shop) -> dict[str, Any]:
    """A new category below another."""
    names = [f"{word} {uuid4().hex[:6]}" for word in ("Shoes", "Sandals")]
    above = shop.admin.post("/categories", {"name": names[0]}).expect(201)
    body = {"name": names[1], "parent": above["slug"]}
    return {"above": above, "own": shop.admin.post("/categories", body).expect(201)}


def sell_in(shop: Shop, category: str) -> str:
    """Something new of that category, of which ten are for sale."""
    sku = f"PROMO-{uuid4().hex[:8]}"
    shop.sell({sku: 10}, price=1000)
    found = shop.admin.get(f"/products/{sku.lower()}")
    product = found.expect(200)
    shop.admin.call(
        "PATCH",
        f"/products/{product['id']}",
        {"category": category},
        If_Match=found.headers["ETag"],
    ).expect(200)
    return sku


def test_a_batch_of_codes_for_a_category_reaches_carts_and_each_code_counts_once(shop, category):
    sku = sell_in(shop, category["own"]["slug"])
    scope = {"category_ids": [category["above"]["id"]]}
    promotion = shop.admin.post(
        "/promotions",
        {"name": "Shoes", "kind": "percentage", "percent_basis_points": 2000, "scope": scope},
    ).expect(201)
    path = f"/promotions/{promotion['id']}/batches"
    batch = shop.admin.post(path, {"quantity": CODES, "prefix": "SHOE-"}).expect(202)

    await_that(
        "the end of the batch",
        lambda: shop.admin.get(f"{path}/{batch['id']}").body["finished_at"] is not None,
    )
    rows = shop.admin.get(f"{path}/{batch['id']}/codes").expect(200).splitlines()
    codes = [row["code"] for row in csv.DictReader(rows)]
    buyer = shop.guest()
    await_that("the last code in carts", lambda: buyer.try_cart({sku: 1}, codes[-1:]).status == 201)

    def is_reduced() -> bool:
        totals = buyer.try_cart({sku: 1}, codes[-1:]).expect(201)["totals"]
        return bool(totals["discount"]["amount"] == 200)

    await_that("the category in carts", is_reduced)
    order = buyer.order(buyer.make_cart({sku: 1}, codes[-1:]))
    again = buyer.order(buyer.make_cart({sku: 1}, codes[-1:]))

    assert len(set(codes)) == CODES
    assert order.status == "processing"
    assert (again.status, again.reason) == ("cancelled", "promotions.coupon_used_up")


def test_the_discount_for_a_first_order_ends_with_it(shop):
    sku = f"FIRST-{uuid4().hex[:8]}"
    shop.sell({sku: 10}, price=1000)
    promotion = shop.admin.post(
        "/promotions",
        {
            "name": "Welcome",
            "kind": "percentage",
            "percent_basis_points": 1000,
            "first_order": True,
        },
    ).expect(201)
    code = f"WELCOME-{uuid4().hex[:6]}".upper()
    shop.admin.post(f"/promotions/{promotion['id']}/coupons", {"code": code}).expect(201)
    customer = shop.customer()

    def is_known() -> bool:
        answer = customer.try_cart({sku: 1}, [code])
        return answer.status == 201 and not answer.body["problems"]

    await_that(f"the arrival of {code} in carts", is_known)
    order = customer.order(customer.make_cart({sku: 1}, [code]))

    def is_refused() -> bool:
        problems = customer.try_cart({sku: 1}, [code]).expect(201)["problems"]
        return [one["code"] for one in problems] == ["coupon_not_first_order"]

    assert order.status == "processing"
    await_that("the end of the first order in carts", is_refused)
