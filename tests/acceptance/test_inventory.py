"""What is on the shelves."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

from tests.acceptance.bus import listening
from tests.end_to_end.shop import Caller, Shop, await_that


def _sell(shop: Shop, pieces: int) -> str:
    sku = f"SHELF-{uuid4().hex[:8]}"
    shop.sell({sku: pieces})
    return sku


def test_row_034_stock_is_listed_and_adjusted(shop):
    sku = _sell(shop, 7)
    stock = shop.stock_of(sku)
    change = {"delta": -2, "reason": "broken"}

    shop.admin.call("PATCH", f"/inventory/stocks/{stock['id']}", change).expect(200)
    listed = shop.guest().at("GET", f"/api/v1/inventory/queries/stocks/?sku={sku}").expect(200)

    assert (stock["on_hand"], stock["available"]) == (7, 7)
    assert [one["on_hand"] for one in listed["data"]] == [5]


def test_row_035_the_stock_of_a_product_is_shown(shop):
    sku = _sell(shop, 3)
    product = shop.stock_of(sku)["product_id"]

    path = f"/api/v1/inventory/queries/stocks/by-product/{product}/"
    shown = shop.guest().at("GET", path).expect(200)["data"]

    assert [(one["sku"], one["available"]) for one in shown] == [(sku, 3)]


def test_row_036_stock_that_runs_low_is_listed_and_told_of_once(shop):
    sku = _sell(shop, 5)
    stock = shop.stock_of(sku)
    path = f"/inventory/stocks/{stock['id']}"
    shop.admin.call("PATCH", path, {"threshold": 3}).expect(200)
    listed = "/api/v1/inventory/queries/stocks/low-stock/?limit=100"

    with listening(shop.cluster, "inventory.stock_low.v1") as heard:
        before = shop.admin.at("GET", listed).expect(200)["data"]
        for reason in ("broken", "lost"):
            shop.admin.call("PATCH", path, {"delta": -2, "reason": reason}).expect(200)

        def told() -> list[tuple[str, int]]:
            return [(one["location"], one["threshold"]) for one in heard() if one["sku"] == sku]

        await_that("the alert", lambda: bool(told()))
        after = shop.admin.at("GET", listed).expect(200)["data"]
        alerts = told()

    assert alerts == [("main", 3)]
    assert sku not in {one["sku"] for one in before}
    assert sku in {one["sku"] for one in after}


def test_row_037_the_last_piece_is_sold_once_however_many_ask(shop):
    sku = _sell(shop, 1)
    buyers = [shop.guest() for _ in range(4)]
    carts = [buyer.make_cart({sku: 1}) for buyer in buyers]

    with ThreadPoolExecutor(4) as threads:
        orders = list(threads.map(Caller.order, buyers, carts))

    assert sorted(order.status for order in orders) == ["cancelled"] * 3 + ["processing"]
    assert {one.reason for one in orders if one.reason} == {"inventory.out_of_stock"}


def test_row_038_stock_follows_orders(shop):
    sku = _sell(shop, 5)
    buyer = shop.guest()

    buyer.order(buyer.make_cart({sku: 2}))
    declined = buyer.order(buyer.make_cart({sku: 2}), "tok_declined")

    await_that("the sale", lambda: shop.stock_of(sku)["on_hand"] == 3)
    assert declined.status == "cancelled"
    assert shop.stock_of(sku)["available"] == 3


def test_row_039_changes_of_stock_are_announced(shop):
    with listening(shop.cluster, "inventory.stock_changed.v1") as heard:
        sku = _sell(shop, 4)

        def told() -> bool:
            levels: list[Any] = [level for fact in heard() for level in fact["levels"]]
            return 4 in [level["available"] for level in levels]

        await_that("the fact", told)

    assert shop.stock_of(sku)["available"] == 4
