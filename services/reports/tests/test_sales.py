"""Sales by period, category, product and customer; amounts of two currencies never meet."""

from datetime import UTC, datetime
from typing import Any

from libs.contracts.catalog import CategoryChanged
from libs.contracts.orders import OrderAmounts, OrderLinesSold
from libs.ids import to_text, uuid7
from services.reports.tests.shop import NOON, Desk, Shop, category, confirmed


def amount(row: dict[str, Any], *names: str) -> list[int]:
    return [row[name]["amount"] for name in names]


def test_a_day_has_its_orders_and_what_they_are_made_of(shop: Shop, desk: Desk) -> None:
    mug, cup = shop.lists("MUG"), shop.lists("CUP")
    amounts = OrderAmounts(
        subtotal_minor=2000,
        discount_minor=300,
        shipping_minor=500,
        tax_minor=100,
        included_tax_minor=40,
    )
    shop.sells(mug, cup, total_minor=2300, amounts=amounts)
    shop.sells(mug)

    [day] = desk.reads("/sales")

    assert (day["period"], day["orders"], day["pieces"]) == ("2026-03-10", 2, 3)
    parts = amount(day, "subtotal", "discount", "shipping", "tax", "included_tax", "total")
    assert parts == [3000, 300, 1000, 100, 40, 3800]
    assert day["total"] == {"amount": 3800, "currency": "EUR", "decimal": "38.00"}


def test_a_refund_counts_on_the_day_it_was_made(shop: Shop, desk: Desk) -> None:
    order = shop.sells(shop.lists("MUG"))
    shop.takes_back(order)

    sold, paid_back = desk.reads("/sales")

    assert (sold["orders"], sold["returns"], amount(sold, "net")) == (1, 0, [1500])
    assert (paid_back["period"], paid_back["orders"], paid_back["returns"]) == ("2026-03-11", 0, 1)
    assert amount(paid_back, "total", "refunded", "net") == [0, 1000, -1000]


def test_currencies_are_never_added(shop: Shop, desk: Desk) -> None:
    mug = shop.lists("MUG")
    shop.sells(mug)
    shop.sells(mug, currency="USD")

    rows = desk.reads("/sales")

    assert [(row["currency"], amount(row, "total")) for row in rows] == [
        ("EUR", [1500]),
        ("USD", [1500]),
    ]
    for path in ("/sales", "/products", "/customers"):
        assert {row["currency"] for row in desk.reads(path, currency="USD")} == {"USD"}


def test_a_day_is_a_day_of_the_time_zone_asked_for(shop: Shop, desk: Desk) -> None:
    mug = shop.lists("MUG")
    shop.sells(mug, confirmed_at=datetime(2026, 3, 10, 23, 30, tzinfo=UTC))

    def day(timezone: str) -> Any:
        [row] = desk.reads("/sales", timezone=timezone)
        return row["period"]

    assert (day("UTC"), day("Europe/Berlin")) == ("2026-03-10", "2026-03-11")
    assert desk.reads("/sales", timezone="Europe/Berlin", to="2026-03-10") == []


def test_the_day_that_loses_an_hour_keeps_its_sales(shop: Shop, desk: Desk) -> None:
    mug = shop.lists("MUG")
    for hour in (22, 23):
        shop.sells(mug, confirmed_at=datetime(2026, 3, 28, hour, tzinfo=UTC))
        shop.sells(mug, confirmed_at=datetime(2026, 3, 29, hour - 1, 30, tzinfo=UTC))

    rows = desk.reads("/sales", timezone="Europe/Berlin")

    assert [(row["period"], row["orders"]) for row in rows] == [
        ("2026-03-28", 1),
        ("2026-03-29", 2),
        ("2026-03-30", 1),
    ]


def test_weeks_and_months_are_cut_at_the_ends_of_the_range(shop: Shop, desk: Desk) -> None:
    mug = shop.lists("MUG")
    for month, day in ((3, 10), (3, 16), (4, 2)):
        shop.sells(mug, confirmed_at=datetime(2026, month, day, tzinfo=UTC))
    span = {"from": "2026-03-10", "to": "2026-04-30"}

    weeks = [row["period"] for row in desk.reads("/sales", by="week", **span)]
    months = [(row["period"], row["orders"]) for row in desk.reads("/sales", by="month", **span)]

    assert weeks == ["2026-03-10", "2026-03-16", "2026-03-30"]
    assert months == [("2026-03-10", 2), ("2026-04-01", 1)]


def test_the_range_holds_its_first_and_its_last_moment(shop: Shop, desk: Desk) -> None:
    mug = shop.lists("MUG")
    shop.sells(mug, confirmed_at=datetime(2026, 3, 1, tzinfo=UTC))
    shop.sells(mug, confirmed_at=datetime(2026, 3, 31, 23, 59, 59, 999_999, UTC))
    shop.sells(mug, confirmed_at=datetime(2026, 4, 1, tzinfo=UTC))

    [month] = desk.reads("/sales", by="month")

    assert month["orders"] == 2


def test_a_product_has_what_was_sold_and_what_came_back(shop: Shop, desk: Desk) -> None:
    mug, cup = shop.lists("MUG", "Mug"), shop.lists("CUP", "Cup")
    order = shop.sells(mug, cup)
    shop.sells(mug)
    shop.takes_back(order, position=2)

    rows = {row["name"]: row for row in desk.reads("/products")}

    assert (rows["Mug"]["orders"], rows["Mug"]["pieces"]) == (2, 2)
    assert amount(rows["Mug"], "total", "refunded", "net") == [2000, 0, 2000]
    assert (rows["Cup"]["pieces"], rows["Cup"]["returned"]) == (1, 1)
    assert amount(rows["Cup"], "total", "refunded", "net") == [1000, 1000, 0]
    assert rows["Cup"]["product_id"] == to_text("prd", cup.product_id)


def test_a_product_is_called_what_it_is_called_now(shop: Shop, desk: Desk) -> None:
    mug = shop.lists("MUG", "Mug")
    shop.sells(mug)
    shop.names(mug, "Cup", version=9)
    shop.names(mug, "Older", version=8)

    [row] = desk.reads("/products")

    assert row["name"] == "Cup"


def test_a_very_long_order_is_counted_from_its_parts(shop: Shop, desk: Desk) -> None:
    things = [shop.lists(f"SKU-{number}") for number in range(3)]
    whole = confirmed(things, lines=(), lines_omitted=True, number="7")
    lines = confirmed(things).lines
    parts = [
        OrderLinesSold(
            order_id=whole.order_id,
            currency=whole.currency,
            confirmed_at=whole.confirmed_at,
            first=first,
            lines=some,
        )
        for first, some in ((3, lines[2:]), (1, lines[:2]))
    ]
    shop.tells(parts[0], whole, parts[1])

    [day] = desk.reads("/sales")

    assert day["pieces"] == 3
    assert [row["pieces"] for row in desk.reads("/products")] == [1, 1, 1]


def test_sales_follow_a_product_into_its_category(shop: Shop, desk: Desk) -> None:
    kitchen, office = category("Kitchen"), category("Office")
    mug, pen = shop.lists("MUG", category=kitchen), shop.lists("PEN", category=office)
    shop.sells(mug, pen, shop.lists("ODD"))
    shop.names(pen, "Pen", category=kitchen)

    rows = desk.reads("/sales", by="category")

    assert [(row["slug"], row["name"], row["pieces"]) for row in rows] == [
        (None, None, 1),
        ("kitchen", "Kitchen", 2),
    ]


def test_a_renamed_category_is_shown_by_its_new_name(shop: Shop, desk: Desk) -> None:
    kitchen = category("Kitchen")
    shop.sells(shop.lists("MUG", category=kitchen))
    renamed = type(kitchen)(
        category_id=kitchen.category_id, version=2, slug="cooking", name="Cooking"
    )

    shop.tells(CategoryChanged(category=renamed), CategoryChanged(category=kitchen))

    [row] = desk.reads("/sales", by="category")
    assert (row["slug"], row["name"]) == ("cooking", "Cooking")


def test_a_customer_has_orders_and_refunds_and_guests_share_a_row(shop: Shop, desk: Desk) -> None:
    mug, ada = shop.lists("MUG"), uuid7()
    order = shop.sells(mug, customer_id=ada)
    shop.sells(mug, customer_id=ada, confirmed_at=NOON.replace(day=12))
    shop.takes_back(order)
    shop.sells(mug, customer_id=None, email="one@example.com")
    shop.sells(mug, customer_id=None, email="two@example.com")

    guests, customer = desk.reads("/customers")

    assert (guests["customer_id"], guests["orders"]) == (None, 2)
    assert (customer["customer_id"], customer["orders"]) == (to_text("usr", ada), 2)
    assert amount(customer, "total", "refunded", "net") == [3000, 1000, 2000]
    assert customer["first_order_at"] == "2026-03-10T12:00:00.000Z"
    assert customer["last_order_at"] == "2026-03-12T12:00:00.000Z"


def test_an_order_is_counted_once_however_often_it_is_told(shop: Shop, desk: Desk) -> None:
    order = shop.sells(shop.lists("MUG"))

    shop.tells(order)
    shop.tells(order, order)

    [day] = desk.reads("/sales")
    assert (day["orders"], day["pieces"]) == (1, 1)
