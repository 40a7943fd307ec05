"""What a customer waits for reaches them once, through catalog, inventory, wishlists and
notifications."""

from typing import Any
from uuid import uuid4

import pytest

from tests.end_to_end.shop import Caller, Shop, await_that

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(120)]


def _sell_out_of_stock(shop: Shop, sku: str) -> dict[str, Any]:
    variant = {"sku": sku, "options": {}, "prices": [{"amount": 1250, "currency": "EUR"}]}
    product = {"name": sku, "description": "", "variants": [variant]}
    made: dict[str, Any] = shop.admin.post("/products", product).expect(201)
    return made


def _wish_for(customer: Caller, product: dict[str, Any]) -> str:
    """The path of an item, once wishlists knows of the product."""
    wishlist = customer.post("/wishlists", {"name": "Later"}).expect(201)
    path = f"/wishlists/{wishlist['id']}/items"
    found: list[str] = []

    def known() -> bool:
        answer = customer.post(path, {"variant_id": product["variants"][0]["id"]})
        found.append(answer.body.get("id") or answer.body.get("item_id", ""))
        return answer.status == 201

    await_that("the arrival of the product in wishlists", known)
    return f"{path}/{found[-1]}"


def _alerts(customer: Caller) -> list[str]:
    notes = customer.get("/notifications").expect(200)["data"]
    return [note["title"] for note in notes if note["kind"] != "welcome"]


def test_stock_and_price_that_a_customer_waits_for_are_told_once(shop):
    customer = shop.customer()
    product = _sell_out_of_stock(shop, "AWAITED")
    item = _wish_for(customer, product)
    threshold = {"amount": 1000, "currency": "EUR"}
    customer.post(f"{item}/alert", {"kind": "back_in_stock"}).expect(201)
    customer.post(f"{item}/alert", {"kind": "price_drop", "threshold": threshold}).expect(201)

    line = {"sku": "AWAITED", "delta": 5, "reason": "open"}
    shop.admin.post(
        "/inventory/adjustments", {"lines": [line]}, Idempotency_Key=str(uuid4())
    ).expect(200, 201)
    cheaper = {"sku": "AWAITED", "options": {}, "prices": [{"amount": 900, "currency": "EUR"}]}
    tag = shop.admin.get(f"/products/{product['id']}").headers["ETag"]
    shop.admin.call(
        "PATCH", f"/products/{product['id']}", {"variants": [cheaper]}, If_Match=tag
    ).expect(200)

    await_that("both notices", lambda: len(_alerts(customer)) > 1)
    assert sorted(_alerts(customer)) == ["AWAITED is back in stock", "AWAITED now costs 9.00 EUR"]
    states = {alert["state"] for alert in customer.get(item).expect(200)["alerts"]}
    assert states == {"sent"}
    refused = customer.post(f"{item}/alert", {"kind": "back_in_stock"})
    assert (refused.status, refused.code) == (409, "wishlists.in_stock")
