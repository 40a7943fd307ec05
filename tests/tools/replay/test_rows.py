"""Every row of the file is named: a sale, a credit, or a reason why it is neither."""

import lzma
from pathlib import Path

import pytest

from tests.tools.replay.lines import DIRTY, line, plan_of, write
from tools.replay.dirt import Oddity, oddities
from tools.replay.rows import Row, Skip, Skipped, UnusableFile, classify, read


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ({"pieces": "-20", "price": "0", "customer": ""}, Skip.WRITE_OFF),
        ({"pieces": "-20"}, Skip.WRITE_OFF),
        ({"price": "0"}, Skip.PRICE_ZERO),
        ({"price": "0.00"}, Skip.PRICE_ZERO),
        ({"price": "-11062.06"}, Skip.NEGATIVE_PRICE),
        ({"price": "0.001"}, Skip.FRACTION_OF_A_PENNY),
        ({"price": "1.255"}, Skip.FRACTION_OF_A_PENNY),
        ({"pieces": "0"}, Skip.NO_PIECES),
        ({"invoice": "C570001", "pieces": "3"}, Skip.POSITIVE_CREDIT),
        ({"invoice": "A570001"}, Skip.UNKNOWN_INVOICE),
        ({"invoice": ""}, Skip.UNKNOWN_INVOICE),
        ({"code": ""}, Skip.UNUSABLE_CODE),
        ({"code": "??"}, Skip.UNUSABLE_CODE),
        ({"price": "2,55"}, Skip.UNREADABLE),
        ({"pieces": "6.5"}, Skip.UNREADABLE),
        ({"at": "7/10/2011"}, Skip.UNREADABLE),
    ],
)
def test_a_row_that_is_no_sale_is_skipped_for_a_named_reason(cells, reason):
    row = classify(1, line(**cells))

    assert isinstance(row, Skipped)
    assert row.reason == reason


@pytest.mark.parametrize(
    ("price", "pence"), [("18", 1800), ("2.5", 250), ("2.55", 255), ("0.060", 6), ("0.29", 29)]
)
def test_a_price_is_read_to_the_penny(price, pence):
    row = classify(1, line(price=price))

    assert isinstance(row, Row)
    assert row.price == pence


def test_a_credit_note_gives_positive_pieces_back():
    row = classify(1, line(invoice="C570001", pieces="-3"))

    assert isinstance(row, Row)
    assert (row.credit, row.pieces) == (True, 3)


def test_a_code_is_one_product_in_either_case_and_each_price_a_variant():
    rows = [
        classify(1, line(code=code, price=price))
        for code, price in (
            ("85123A", "2.55"),
            ("85123a", "2.550"),
            ("85123A", "2.1"),
        )
    ]

    assert [row.sku for row in rows if isinstance(row, Row)] == [
        "85123A:2.55",
        "85123A:2.55",
        "85123A:2.10",
    ]


@pytest.mark.parametrize(
    ("more", "oddity", "count"),
    [
        ([line(customer="")], Oddity.GUEST, 1),
        ([line(name="  ")], Oddity.NO_DESCRIPTION, 1),
        ([line(name=" HEART")], Oddity.PADDED_DESCRIPTION, 1),
        ([line(name="£5 VOUCHER")], Oddity.NOT_ASCII, 1),
        ([line(code="POST"), line(code="gift_0001_10")], Oddity.NO_PRODUCT_CODE, 2),
        ([line(code="85123a")], Oddity.LOWER_CASE_CODE, 1),
        ([line()], Oddity.EXACT_REPEAT, 1),
        ([line(pieces="1")], Oddity.REPEATED_ITEM, 1),
        ([line(at="2011-10-07 10:01:00")], Oddity.LATER_TIME, 1),
        ([line(country="Unspecified"), line(country="Atlantis")], Oddity.NO_COUNTRY, 2),
        ([line(price="2.10")], Oddity.SEVERAL_PRICES, 2),
        ([line(name="HEART")], Oddity.SEVERAL_DESCRIPTIONS, 2),
        ([line(invoice="570002", country="France")], Oddity.SEVERAL_COUNTRIES, 2),
    ],
)
def test_an_oddity_of_a_replayed_row_is_counted(more, oddity, count):
    rows = [classify(number, raw) for number, raw in enumerate([line(), *more], 1)]

    assert oddities(rows)[oddity] == count


def test_a_clean_row_has_no_oddity():
    assert not +oddities([classify(1, line())])


def test_every_row_of_a_dirty_file_is_counted_exactly_once():
    plan = plan_of(DIRTY)

    assert plan.rows.total() == len(DIRTY)
    assert plan.rows["skipped"] == plan.skipped.total() == 9
    assert set(plan.skipped) == set(Skip)
    assert plan.rows["unmatched credit"] == plan.unmatched.total()


def test_a_packed_file_reads_like_a_plain_one(tmp_path: Path):
    plain = write(tmp_path / "retail.csv", DIRTY)
    packed = tmp_path / "retail.csv.xz"
    packed.write_bytes(lzma.compress(plain.read_bytes()))

    assert list(read(packed)) == list(read(plain))


def test_a_row_with_too_few_cells_is_unreadable(tmp_path: Path):
    file = write(tmp_path / "retail.csv", [])
    file.write_text(file.read_text() + "570001,85123A\n")

    (row,) = read(file)

    assert isinstance(row, Skipped)
    assert row.reason == Skip.UNREADABLE


def test_a_file_of_other_columns_is_refused(tmp_path: Path):
    file = tmp_path / "other.csv"
    file.write_text("a,b\n1,2\n")

    with pytest.raises(UnusableFile, match="InvoiceNo"):
        list(read(file))
