"""The figures of reports are those of the books of orders, payments, inventory and promotions."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from libs import clock
from libs.ids import from_text
from libs.testing.invariants.books import Books
from libs.testing.invariants.check import await_quiet, open_books
from tests.end_to_end.shop import Caller, Order, Shop, await_that

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(240)]
MUG, CUP, CODE = "REPORTED-MUG", "REPORTED-CUP", "REPORTED"
REPORTS = ("sales", "sales?by=category", "products", "customers", "inventory", "sagas", "coupons")


@pytest.fixture(scope="module")
def books(shop: Shop) -> Iterator[Books]:
    """All books of a shop that has come to rest after orders, a cancellation and a return."""
    _live(shop)
    await_quiet(shop.cluster, 60)
    found = open_books(shop.cluster)
    yield found
    found.close()


def _live(shop: Shop) -> None:
    shop.sell({MUG: 20, CUP: 10})
    shop.offer(CODE, uses=5)
    buyer, guest = shop.customer(), shop.guest()
    order = buyer.order(buyer.make_cart({MUG: 3, CUP: 1}, [CODE]))
    buyer.order(buyer.make_cart({MUG: 1}))
    guest.order(guest.make_cart({CUP: 2}, [CODE]))
    guest.order(guest.make_cart({CUP: 1}, [CODE]), "tok_declined")
    _cancel(buyer)
    _send_back(buyer, order)


def _cancel(buyer: Caller) -> None:
    cart = buyer.make_cart({MUG: 2})
    placed = buyer.place(cart, "tok_requires_action", wait=0).expect(202)
    buyer.await_order(placed["id"], cart, lambda one: bool(one.body["next_action"]))
    buyer.post(f"/orders/{placed['id']}/cancel").expect(200, 202)
    assert buyer.await_end(placed["id"], cart).status == "cancelled"


def _send_back(buyer: Caller, order: Order) -> None:
    line = next(one for one in order.body["lines"] if one["sku"] == MUG)
    wanted = {"lines": [{"line_id": line["id"], "quantity": 2}], "reason": "too many"}
    path = f"/orders/{order.id}/returns"
    returned = buyer.post(path, wanted, Idempotency_Key=str(uuid4())).expect(202)
    path = f"{path}/{returned['id']}"
    await_that("the refund", lambda: buyer.get(path).body["state"] == "refunded")


def _report(shop: Shop, name: str) -> list[dict[str, Any]]:
    """All rows of a report about the days around now."""
    today = clock.now().date()
    span = f"from={today - timedelta(days=2)}&to={today + timedelta(days=1)}&limit=100"
    path = f"/reports/{name}{'&' if '?' in name else '?'}{span}"
    rows: list[dict[str, Any]] = []
    cursor = ""
    while True:
        page = shop.admin.get(f"{path}{cursor}").expect(200)
        rows += page["data"]
        if not page["page"]["next"]:
            return rows
        cursor = f"&cursor={page['page']['next']}"


def _amounts(row: dict[str, Any], *names: str) -> tuple[int, ...]:
    return tuple(row[name]["amount"] for name in names)


def _uuid(prefix: str, text: str | None) -> str | None:
    return text and str(from_text(prefix, text))


def test_sales_of_each_day_are_those_of_orders(shop: Shop, books: Books) -> None:
    expected = books.rows(
        """
        SELECT strftime('%Y-%m-%d', confirmed_at) AS day, currency, count(*) AS orders,
            sum(subtotal_minor) AS subtotal, sum(discount_minor) AS discount,
            sum(shipping_minor) AS shipping, sum(tax_minor) AS tax, sum(total_minor) AS total
        FROM orders.orders WHERE status IN ('processing', 'shipped', 'delivered')
        GROUP BY day, currency ORDER BY day, currency
        """
    )

    rows = [row for row in _report(shop, "sales") if row["orders"]]

    names = ("subtotal", "discount", "shipping", "tax", "total")
    assert expected
    assert [
        (row["period"], row["currency"], row["orders"], *_amounts(row, *names)) for row in rows
    ] == [tuple(row.values()) for row in expected]


def test_sales_and_refunds_are_the_money_in_the_books_of_payments(shop: Shop, books: Books) -> None:
    expected = books.rows(
        """
        SELECT currency, sum(captured) AS captured, sum(refunded) AS refunded
        FROM payments.payment GROUP BY currency
        """
    )
    found: dict[str, tuple[int, int]] = {}

    for row in _report(shop, "sales"):
        total, refunded = found.get(row["currency"], (0, 0))
        more, back = _amounts(row, "total", "refunded")
        found[row["currency"]] = (total + more, refunded + back)

    assert found == {row["currency"]: (row["captured"], row["refunded"]) for row in expected}
    assert all(refunded > 0 for _, refunded in found.values())


def test_products_have_the_pieces_and_amounts_of_their_lines(shop: Shop, books: Books) -> None:
    expected = books.rows(
        """
        SELECT l.product_id, o.currency, count(DISTINCT o.id) AS orders,
            sum(l.quantity) AS pieces, sum(l.total_minor) AS total,
            coalesce(sum(b.pieces), 0) AS returned, coalesce(sum(b.amount), 0) AS refunded
        FROM orders.orders o JOIN orders.order_line l ON l.order_id = o.id
        LEFT JOIN (
            SELECT rl.line_id, sum(rl.quantity) AS pieces, sum(rl.amount_minor) AS amount
            FROM orders.return_line rl JOIN orders."return" r ON r.id = rl.return_id
            WHERE r.state = 'refunded' GROUP BY rl.line_id
        ) b ON b.line_id = l.id
        WHERE o.status IN ('processing', 'shipped', 'delivered')
        GROUP BY l.product_id, o.currency
        """
    )

    rows = _report(shop, "products")

    assert {
        (
            _uuid("prd", row["product_id"]),
            row["currency"],
            row["orders"],
            row["pieces"],
            *_amounts(row, "total"),
            row["returned"],
            *_amounts(row, "refunded"),
        )
        for row in rows
    } == {tuple(row.values()) for row in expected}
    assert MUG in {row["name"] for row in rows}


def test_categories_share_out_what_products_sold(shop: Shop, books: Books) -> None:
    def sums(name: str) -> tuple[int, ...]:
        rows = [_amounts(row, "total", "refunded", "net") for row in _report(shop, name)]
        return tuple(map(sum, zip(*rows, strict=True)))

    assert sums("sales?by=category") == sums("products")


def test_customers_have_what_they_bought_and_got_back(shop: Shop, books: Books) -> None:
    expected = books.rows(
        """
        SELECT customer_id, currency, count(*) AS orders, sum(total_minor) AS total,
            sum(refunded_minor) AS refunded
        FROM orders.orders WHERE status IN ('processing', 'shipped', 'delivered')
        GROUP BY customer_id, currency
        """
    )

    rows = _report(shop, "customers")

    assert {
        (
            _uuid("usr", row["customer_id"]),
            row["currency"],
            row["orders"],
            *_amounts(row, "total", "refunded"),
        )
        for row in rows
    } == {tuple(row.values()) for row in expected}


def test_stock_ends_with_what_lies_on_the_shelves(shop: Shop, books: Books) -> None:
    expected = books.rows(
        """
        SELECT s.variant_id, s.on_hand, -sum(m.delta * (m.kind = 'sale')) AS sold,
            sum(m.delta * (m.kind = 'return')) AS returned
        FROM inventory.stock_level s
        JOIN inventory.movement m USING (variant_id, location_id)
        GROUP BY s.variant_id, s.location_id
        """
    )

    rows = _report(shop, "inventory")

    assert {
        (UUID(_uuid("var", row["variant_id"])), row["closing"], row["sold"], row["returned"])
        for row in rows
    } == {(UUID(variant), *rest) for variant, *rest in (row.values() for row in expected)}
    [mug] = [row for row in rows if row["sku"] == MUG]
    assert (mug["adjusted"], mug["sold"], mug["returned"], mug["closing"]) == (20, 4, 2, 18)


def test_sagas_ended_as_their_leader_says(shop: Shop, books: Books) -> None:
    expected = books.rows(
        """
        SELECT type, CASE status WHEN 'done' THEN 'completed' ELSE status END AS outcome,
            CASE status WHEN 'compensated' THEN json_extract(state, '$.code') END AS code,
            count(*) AS sagas
        FROM saga WHERE type LIKE 'orders.%' GROUP BY 1, 2, 3
        """
    )

    rows = _report(shop, "sagas")

    assert {(row["type"], row["outcome"], row["code"], row["sagas"]) for row in rows} == {
        tuple(row.values()) for row in expected
    }
    assert {"payments.declined", "orders.cancelled_by_customer"} <= {row["code"] for row in rows}


def test_coupons_were_used_as_often_as_promotions_counted(shop: Shop, books: Books) -> None:
    expected = books.rows(
        """
        SELECT c.code, c.used, sum(r.discount_minor) AS discount
        FROM promotions.coupon c JOIN promotions.redemption r ON r.coupon_id = c.id
        WHERE r.state = 'held' GROUP BY c.id
        """
    )

    rows = _report(shop, "coupons")

    assert {(row["code"], row["uses"], *_amounts(row, "discount")) for row in rows} == {
        tuple(row.values()) for row in expected
    }
    assert (CODE, 2) in {(row["code"], row["uses"]) for row in rows}


def test_a_rebuild_in_the_running_shop_ends_with_the_same_figures(shop: Shop, books: Books) -> None:
    before = {name: _report(shop, name) for name in REPORTS}

    rebuild = shop.admin.post("/reports/rebuilds").expect(202)
    path = f"/reports/rebuilds/{rebuild['id']}"
    await_that("the rebuild", lambda: shop.admin.get(path).body["state"] == "done")

    assert {name: _report(shop, name) for name in REPORTS} == before
    assert all(before.values())
