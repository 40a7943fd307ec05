"""Stock, sagas and coupons."""

from datetime import UTC, datetime, timedelta

import msgspec

from libs.contracts.inventory import BackInStock, StockLow
from libs.contracts.orders import OrderCancelled, OrderConfirmed, OrderPlaced, ReturnRequested
from libs.ids import to_text, uuid7
from services.reports.tests.shop import NOON, Desk, Shop, confirmed, coupon

BEFORE = datetime(2026, 2, 1, tzinfo=UTC)
AFTER = datetime(2026, 4, 1, tzinfo=UTC)


def cancelled(order: OrderPlaced | OrderConfirmed, code: str) -> OrderCancelled:
    return OrderCancelled(
        order_id=order.order_id,
        cart_id=order.cart_id,
        customer_id=None,
        email="ada@example.com",
        currency="EUR",
        total_minor=1500,
        code=code,
        detail="",
        cancelled_at=NOON + timedelta(seconds=4),
    )


def placed() -> OrderPlaced:
    return OrderPlaced(order_id=uuid7(), cart_id=uuid7(), placed_at=NOON)


def test_stock_goes_from_opening_to_closing_by_its_movements(shop: Shop, desk: Desk) -> None:
    mug = shop.lists("MUG")
    shop.moves(
        mug,
        (1, "adjustment", 10, BEFORE),
        (2, "recount", -1, NOON),
        (3, "sale", -4, NOON),
        (4, "return", 2, NOON),
        (5, "transfer", -3, NOON),
        (6, "sale", -1, AFTER),
    )

    [row] = desk.reads("/inventory")

    assert (row["sku"], row["location"]) == ("MUG", "main")
    assert row["variant_id"] == to_text("var", mug.variant_id)
    moved = [row[name] for name in ("adjusted", "sold", "returned", "transferred")]
    assert (row["opening"], moved, row["closing"]) == (10, [-1, 4, 2, -3], 4)


def test_a_movement_counts_once(shop: Shop, desk: Desk) -> None:
    mug = shop.lists("MUG")
    for _ in range(2):
        shop.moves(mug, (1, "adjustment", 10, NOON))

    [row] = desk.reads("/inventory")

    assert row["closing"] == 10


def test_stock_that_ran_low_or_came_back_is_counted(shop: Shop, desk: Desk) -> None:
    mug = shop.lists("MUG")
    shop.moves(mug, (1, "adjustment", 10, NOON))
    low = StockLow(
        variant_id=mug.variant_id,
        sku="MUG",
        location="main",
        available=1,
        threshold=2,
        at=NOON,
    )
    back = BackInStock(variant_id=mug.variant_id, sku="MUG", available=4, at=NOON)
    later = msgspec.structs.replace(low, at=NOON + timedelta(days=1))
    outside = msgspec.structs.replace(low, at=AFTER)

    shop.tells(low, back, later, low, outside)

    [row] = desk.reads("/inventory")
    assert (row["times_low"], row["times_back"]) == (2, 1)


def test_sagas_are_counted_by_how_they_ended(shop: Shop, desk: Desk) -> None:
    mug = shop.lists("MUG")
    shop.sells(mug)
    shop.sells(mug)
    refused, running = placed(), placed()
    shop.tells(refused, cancelled(refused, "payments.declined"), running)

    rows = desk.reads("/sagas")

    assert [(row["outcome"], row["code"], row["sagas"]) for row in rows] == [
        ("compensated", "payments.declined", 1),
        ("completed", None, 2),
        ("running", None, 1),
    ]
    assert [row["mean_seconds"] for row in rows] == [4.0, 2.0, None]


def test_an_end_that_is_heard_before_the_beginning_stands(shop: Shop, desk: Desk) -> None:
    order = placed()

    shop.tells(cancelled(order, "payments.declined"))
    shop.tells(order)

    [row] = desk.reads("/sagas")
    assert (row["outcome"], row["longest_seconds"]) == ("compensated", 4.0)


def test_returns_are_sagas_of_their_own(shop: Shop, desk: Desk) -> None:
    order = shop.sells(shop.lists("MUG"))
    return_id = uuid7()
    shop.tells(ReturnRequested(order_id=order.order_id, return_id=return_id, requested_at=NOON))
    code = "payments.refund_exceeds_capture"

    shop.takes_back(order, return_id=return_id, outcome="refused", code=code)

    [_, row] = desk.reads("/sagas")
    assert (row["type"], row["outcome"], row["code"]) == (
        "orders.return_order",
        "compensated",
        code,
    )
    assert desk.reads("/customers")[0]["returns"] == 0


def test_a_coupon_has_its_uses_and_what_it_took_off(shop: Shop, desk: Desk) -> None:
    mug, promotion = shop.lists("MUG"), uuid7()
    for _ in range(2):
        used = (coupon("TEN", 150, promotion), coupon("FREE", 50, promotion))
        shop.sells(mug, redemptions=used)
    shop.tells(confirmed([mug]))

    rows = {row["code"]: row for row in desk.reads("/coupons")}

    assert rows["TEN"]["promotion_id"] == to_text("pro", promotion)
    assert (rows["TEN"]["uses"], rows["TEN"]["discount"]["amount"]) == (2, 300)
    assert rows["TEN"]["orders_total"]["amount"] == 3000
    assert rows["FREE"]["discount"]["amount"] == 100
