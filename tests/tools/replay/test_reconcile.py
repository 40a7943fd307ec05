"""No difference between the file and a book is too small to be found and named."""

from collections import Counter
from pathlib import Path

import pytest

from tests.tools.replay.lines import DIRTY, line, plan_of, write
from tools.replay.plan import Credit
from tools.replay.reconcile import compare, expected_of
from tools.replay.truth import Truth, work_out
from tools.replay.witnesses import Claim

_ITEM, _OTHER = ("570001", "85123A:2.55"), ("570001", "22632:1.85")


def _truth() -> Truth:
    return Truth(
        pieces_sold=Counter({_ITEM: 12, _OTHER: 6}),
        money_sold=Counter({_ITEM: 3060, _OTHER: 1110}),
        pieces_returned=Counter({_ITEM: 2}),
        money_returned=Counter({_ITEM: 510}),
    )


def test_a_book_that_agrees_gives_no_difference():
    claims = [
        Claim("orders", "pieces sold", {_ITEM: 12, _OTHER: 6}),
        Claim("payments", "money sold", {("570001", ""): 4170}),
        Claim("payments", "money returned", {("570001", ""): 510, ("570002", ""): 0}),
    ]

    assert compare(_truth(), claims) == []


@pytest.mark.parametrize("error", [1, -1])
def test_one_piece_is_found_and_its_product_named(error):
    claim = Claim("inventory", "pieces sold", {_ITEM: 12, _OTHER: 6 + error})

    (difference,) = compare(_truth(), [claim])

    assert (difference.expected, difference.found) == (6, 6 + error)
    assert difference.products == ("22632:1.85",)
    assert "inventory" in str(difference)


@pytest.mark.parametrize("error", [1, -1])
def test_one_penny_of_an_order_is_found_and_its_products_named(error):
    claim = Claim("ledger", "money sold", {("570001", ""): 4170 + error})

    (difference,) = compare(_truth(), [claim])

    assert (difference.expected, difference.found) == (4170, 4170 + error)
    assert difference.products == ("85123A:2.55", "22632:1.85")


def test_errors_that_cancel_out_in_the_total_are_found():
    claim = Claim("orders", "pieces sold", {_ITEM: 11, _OTHER: 7})

    assert len(compare(_truth(), [claim])) == 2


def test_a_book_that_knows_nothing_lacks_everything():
    claim = Claim("orders", "pieces returned", {})

    (difference,) = compare(_truth(), [claim])

    assert (difference.expected, difference.found) == (2, 0)


def test_what_the_file_does_not_know_is_a_difference():
    claim = Claim("orders", "money sold", {("999999", ""): 1, ("570001", ""): 4170})

    (difference,) = compare(_truth(), [claim])

    assert (difference.invoice, difference.expected, difference.found) == ("999999", 0, 1)


def test_the_second_reading_of_the_file_knows_sums_worked_out_by_hand(tmp_path: Path):
    lines = [
        line(),
        line(),
        line(code="85123a", price="2.1", pieces="2"),
        line(invoice="570002", price="0"),
        line(invoice="C570003", at="2011-10-09 10:00:00", pieces="-5"),
        line(invoice="C570003", at="2011-10-09 10:00:00", pieces="-13"),
    ]

    truth = work_out(write(tmp_path / "retail.csv", lines), None)

    assert truth.pieces_sold == {_ITEM: 12, ("570001", "85123A:2.10"): 2}
    assert truth.money_sold == {_ITEM: 3060, ("570001", "85123A:2.10"): 420}
    assert truth.pieces_returned == {_ITEM: 5}
    assert truth.money_returned == {_ITEM: 1275}


@pytest.mark.parametrize("limit", [None, 1, 4, 12])
def test_both_readings_of_a_dirty_file_agree(tmp_path: Path, limit):
    plan = plan_of(DIRTY, limit)
    sold = Counter(
        {(sale.invoice, sku): count for sale in plan.sales for sku, count in sale.pieces.items()}
    )
    returned: Counter[tuple[str, str]] = Counter()
    for document in plan.documents:
        if isinstance(document, Credit):
            for invoice, pieces in document.returns.items():
                returned.update({(invoice, sku): count for sku, count in pieces.items()})

    truth = work_out(write(tmp_path / "retail.csv", DIRTY), limit)

    assert truth.pieces_sold == sold
    assert +truth.pieces_returned == returned
    assert expected_of(truth, "money sold").total() == sum(sale.total for sale in plan.sales)
