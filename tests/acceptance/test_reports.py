"""Figures of what the shop has sold and what lies on its shelves."""

import csv
import io
from datetime import timedelta
from typing import Any
from uuid import uuid4

from libs import clock
from tests.end_to_end.shop import Shop, await_that


def _today() -> str:
    """The days around now, as a report is asked for them."""
    today = clock.now().date()
    return f"from={today - timedelta(days=1)}&to={today + timedelta(days=1)}&limit=100"


def _row(shop: Shop, report: str, **wanted: Any) -> dict[str, Any] | None:
    """The row of a report that has these values."""
    path, cursor = f"/reports/{report}?{_today()}", ""
    while True:
        page = shop.admin.get(f"{path}{cursor}").expect(200)
        for row in page["data"]:
            if wanted.items() <= row.items():
                return dict(row)
        if not page["page"]["next"]:
            return None
        cursor = f"&cursor={page['page']['next']}"


def test_row_086_sales_products_customers_and_stock_are_reported_also_as_csv(shop):
    sku = f"SOLD-{uuid4().hex[:8]}"
    shop.sell({sku: 5}, price=700)
    buyer = shop.customer()
    order = buyer.order(buyer.make_cart({sku: 2}))
    await_that("the sale", lambda: (_row(shop, "inventory", sku=sku) or {}).get("sold") == 2)
    await_that("the order", lambda: _row(shop, "products", name=sku) is not None)

    product = _row(shop, "products", name=sku)
    customer = _row(shop, "customers", customer_id=order.body["customer_id"])
    day = _row(shop, "sales", period=order.body["created_at"][:10], currency="EUR")
    file = shop.admin.get(f"/reports/products?{_today()}&format=csv")

    assert product is not None
    assert (product["pieces"], product["total"]["amount"]) == (2, 1400)
    assert customer is not None
    assert (customer["orders"], customer["total"]["amount"]) == (1, order.total)
    assert day is not None
    assert day["orders"] >= 1
    assert shop.guest().get(f"/reports/sales?{_today()}").status == 401
    assert file.headers["Content-Type"].startswith("text/csv; charset=utf-8")
    rows = {row["name"]: row for row in csv.DictReader(io.StringIO(file.body))}
    assert rows[sku]["total"] == "14.00"
