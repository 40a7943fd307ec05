"""Reports as CSV files: whole, in UTF-8, and harmless in a spreadsheet."""

import csv
import io
from typing import Any

import pytest

from libs.db.base import db
from libs.http.csv_export import cell
from services.reports.tests.shop import NOON, Desk, Shop, confirmed

EVIL = '=HYPERLINK("http://evil.example";"Mug")'


def test_a_file_has_the_rows_of_the_pages(shop: Shop, desk: Desk) -> None:
    order = shop.sells(shop.lists("MUG"))
    shop.takes_back(order)

    rows = desk.downloads("/sales")

    assert [(row["period"], row["currency"], row["total"], row["net"]) for row in rows] == [
        ("2026-03-10", "EUR", "15.00", "15.00"),
        ("2026-03-11", "EUR", "0.00", "-10.00"),
    ]


def test_a_file_says_what_it_is(shop: Shop, desk: Desk) -> None:
    answer = desk.asks("/products", format="csv")

    assert answer.content_type == "text/csv; charset=utf-8; header=present"
    disposition = answer.headers["Content-Disposition"]
    assert disposition == 'attachment; filename="products-2026-03-01-2026-03-31.csv"'
    assert answer.data == (
        b"product_id,name,currency,orders,pieces,total,returned,refunded,net\r\n"
    )


def test_a_name_that_begins_a_formula_is_neutralized(shop: Shop, desk: Desk) -> None:
    shop.sells(shop.lists("MUG", EVIL))

    [row] = desk.downloads("/products")

    assert row["name"] == f"'{EVIL}"


@pytest.mark.parametrize(
    "text", ["=1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "  =1", "\uff1d1", "\u00a0=1"]
)
def test_a_text_that_a_spreadsheet_would_run_gets_an_apostrophe(text: str) -> None:
    assert cell(text) == f"'{text}"


@pytest.mark.parametrize("value", ["Mug", "a=1", "", "'quoted", -5, None])
def test_any_other_value_stays_as_it_is(value: object) -> None:
    assert cell(value) == value


def test_letters_of_every_script_and_line_breaks_survive(shop: Shop, desk: Desk) -> None:
    name = 'Tasse, "groß"\nマグカップ ☕'
    shop.sells(shop.lists("MUG", name))

    [row] = desk.downloads("/products")

    assert row["name"] == name


def test_a_file_holds_more_than_any_page_and_is_sent_in_parts(shop: Shop, desk: Desk) -> None:
    mug = shop.lists("MUG")
    for _ in range(11):
        shop.tells(*(confirmed([mug]) for _ in range(100)))

    answer = desk.asks("/customers", format="csv")
    parts = list(answer.response)

    rows = list(csv.DictReader(io.StringIO(b"".join(parts).decode())))
    assert (len(rows), len(parts)) == (1_100, 3)


def test_a_reader_who_leaves_gives_the_connection_back(shop: Shop, desk: Desk) -> None:
    shop.sells(shop.lists("MUG"), confirmed_at=NOON)
    pool: Any = db.engine.pool
    before = pool.checkedout()

    answer = desk.asks("/customers", format="csv")
    held = pool.checkedout()
    answer.close()

    assert (held - before, pool.checkedout()) == (1, before)
