"""Which credit note gives back what of which sale, and in which order things happen."""

import csv
import io
from collections.abc import Mapping

from tests.tools.replay.lines import line, plan_of
from tools.replay.plan import Credit, Plan, Sale, Unmatched
from tools.replay.stock import products_csv

_LATER = {"at": "2011-10-08 10:00:00"}
_CREDIT = {"invoice": "C580000", "at": "2011-11-01 10:00:00"}


def _returns(plan: Plan) -> list[Mapping[str, Mapping[str, int]]]:
    return [document.returns for document in plan.documents if isinstance(document, Credit)]


def test_pieces_come_back_to_the_newest_earlier_sale_that_has_them_left():
    plan = plan_of(
        [
            line(invoice="570001"),
            line(invoice="570002", **_LATER),
            line(**_CREDIT, pieces="-6"),
        ]
    )

    assert _returns(plan) == [{"570002": {"85123A:2.55": 6}}]


def test_pieces_that_came_back_cannot_come_back_again():
    plan = plan_of(
        [
            line(invoice="570001", pieces="10"),
            line(invoice="570002", **_LATER),
            *(line(**_CREDIT, pieces="-6") for _ in range(3)),
        ]
    )

    assert _returns(plan) == [{"570002": {"85123A:2.55": 6}, "570001": {"85123A:2.55": 6}}]
    assert plan.unmatched == {Unmatched.TOO_MANY: 1}


def test_a_credit_needs_the_same_customer_code_and_price():
    plan = plan_of(
        [
            line(),
            line(**_CREDIT, pieces="-1", customer="99999"),
            line(**_CREDIT, pieces="-1", price="2.54"),
            line(**_CREDIT, pieces="-1", code="22632"),
        ]
    )

    assert _returns(plan) == []
    assert plan.unmatched == {Unmatched.NO_SALE: 3}


def test_a_credit_of_a_later_sale_is_unmatched():
    plan = plan_of([line(), line(invoice="C569999", at="2011-10-01 10:00:00", pieces="-1")])

    assert plan.unmatched == {Unmatched.NO_SALE: 1}


def test_a_guest_cannot_give_back():
    plan = plan_of([line(customer=""), line(**_CREDIT, pieces="-1", customer="")])

    assert plan.unmatched == {Unmatched.GUEST: 1}


def test_an_invoice_is_one_sale_with_one_line_for_each_item():
    plan = plan_of([line(), line(), line(code="22632", pieces="1", price="0.85")])

    (sale,) = plan.sales
    assert sale.pieces == {"85123A:2.55": 12, "22632:0.85": 1}
    assert sale.total == 12 * 255 + 85


def test_documents_are_in_the_order_of_their_time_and_then_of_the_file():
    plan = plan_of(
        [
            line(invoice="570003", **_LATER),
            line(invoice="570002"),
            line(invoice="570001"),
        ]
    )

    assert [sale.invoice for sale in plan.sales] == ["570002", "570001", "570003"]


def test_the_limit_takes_the_first_invoices_whole_and_counts_those_that_sell_nothing():
    lines = [line(), line(), line(invoice="570002", price="0"), line(invoice="570003", **_LATER)]

    plan = plan_of(lines, limit=2)

    assert [sale.invoice for sale in plan.sales] == ["570001"]
    assert plan.rows == {"sold": 2, "skipped": 1}


def test_a_document_knows_its_buyer_and_country():
    plan = plan_of([line(customer="", country="EIRE")])

    (sale,) = plan.sales
    assert isinstance(sale, Sale)
    assert (sale.customer, sale.country, plan.customers) == ("", "EIRE", [])


def test_a_product_is_a_code_with_a_variant_for_each_price_and_its_most_frequent_name():
    plan = plan_of(
        [
            line(name="HEART"),
            line(),
            line(),
            line(price="2.10"),
            line(code="22632", name=""),
        ]
    )

    rows = list(csv.DictReader(io.StringIO(products_csv(plan).decode())))

    assert [(row["sku"], row["product"], row["name"], row["price"]) for row in rows] == [
        ("85123A:2.55", "85123A", "WHITE HANGING HEART", "2.55"),
        ("85123A:2.10", "85123A", "WHITE HANGING HEART", "2.10"),
        ("22632:2.55", "22632", "22632", "2.55"),
    ]


def test_each_price_of_a_charge_is_a_product_since_there_is_no_end_of_them():
    plan = plan_of([line(code="POST", price=price) for price in ("18", "40")])

    rows = list(csv.DictReader(io.StringIO(products_csv(plan).decode())))

    assert [row["product"] for row in rows] == ["POST:18.00", "POST:40.00"]
