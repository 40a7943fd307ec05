"""Dirt in imported files: each kind is reported with row, column and reason, nothing is dropped."""

import pytest

from services.catalog.errors import UnreadableImport
from services.catalog.tests.imports import HEADER, accept, counts, csv, errors, json_lines, run
from services.catalog.tests.shop import Shop


@pytest.mark.parametrize(
    ("row", "column", "reason"),
    [
        (",Mug,1,EUR", "sku", "is empty"),
        ("A\tB,Mug,1,EUR", "sku", "must be letters"),
        ("A,,1,EUR", "name", "is empty"),
        ("A,<script></script>,1,EUR", "name", "is empty"),
        ("A,Mug,,EUR", "price", "must be a plain decimal"),
        ("A,Mug,free,EUR", "price", "must be a plain decimal"),
        ('A,Mug,"1,50",EUR', "price", "must be a plain decimal"),
        ("A,Mug,NaN,EUR", "price", "must be a plain decimal"),
        ("A,Mug,1e3,EUR", "price", "must be a plain decimal"),
        ("A,Mug,-1,EUR", "price", "must be a plain decimal"),
        ("A,Mug,-0,EUR", "price", "must be a plain decimal"),
        ("A,Mug,0.005,EUR", "price", "has more decimal places"),
        ("A,Mug,1.5,JPY", "price", "has more decimal places"),
        ("A,Mug,99999999999.99,EUR", "price", "is too large"),
        ("A,Mug,1,eur", "currency", "must be three capital letters"),
        ("A,Mug,1,", "currency", "is empty"),
        (f"A,{'M' * 256},1,EUR", "name", "has more than 255"),
        ("A,Mu\x00g,1,EUR", "name", "has a NUL"),
        ("A,Mug,1", "", "has 3 cells, the header has 4"),
        ("A,Mug,1,EUR,9", "", "has 5 cells, the header has 4"),
        ('A,"Mug"x,1,EUR', "", "cannot be read as CSV"),
    ],
)
def test_a_bad_row_is_reported_and_its_neighbors_are_imported(
    shop: Shop, row: str, column: str, reason: str
) -> None:
    done = run(csv("X,First,1,EUR", row, "Y,Last,1,EUR"))

    assert counts(done) == {"rows": 3, "created": 2, "failed": 1}
    ((number, where, why),) = errors(done)
    assert (number, where) == (2, column)
    assert reason in why


@pytest.mark.parametrize(
    ("column", "cell", "reason"),
    [
        ("slug", "No Slug", "must be lower-case words"),
        ("category", "Home > > Mugs", "must be names joined"),
        ("category", " > ".join("abcdefghi"), "at most 8 levels"),
        ("options", "color", "must be key=value"),
        ("options", "color=", "must be key=value"),
        ("options", "a=1;a=2", "must be key=value"),
        ("options", ";".join(f"{n}=1" for n in range(9)), "more than 8"),
        ("weight_g", "1.5", "must be a whole number"),
        ("weight_g", "-1", "must be a whole number"),
        ("tax_category", "Very High!", "must be lower-case words"),
        ("barcode", "12 34", "must be letters and digits"),
        ("description", "x" * 20_001, "has more than 20000"),
        ("brand", "x" * 256, "has more than 255"),
    ],
)
def test_a_bad_optional_cell_is_reported(shop: Shop, column: str, cell: str, reason: str) -> None:
    done = run(csv(f"A,Mug,1,EUR,{cell}", header=f"{HEADER},{column}"))

    ((number, where, why),) = errors(done)
    assert (number, where, counts(done)["failed"]) == (1, column, 1)
    assert reason in why


def test_every_bad_cell_of_a_row_is_reported_and_the_row_counted_once(shop: Shop) -> None:
    done = run(csv(",,x,EUR"))

    assert counts(done) == {"rows": 1, "failed": 1}
    assert [column for _, column, _ in errors(done)] == ["name", "price", "sku"]


def test_bytes_that_are_no_text_spoil_only_their_row(shop: Shop) -> None:
    done = run(b"sku,name,price,currency\nA,M\xfcg,1,EUR\nB,M\xc3\xbcg,1,EUR\n")

    assert counts(done) == {"rows": 2, "created": 1, "failed": 1}
    assert errors(done) == [(1, "name", "is not UTF-8 text")]
    assert shop.names() == ["Müg"]


def test_a_quote_that_never_closes_is_reported_with_its_lines(shop: Shop) -> None:
    done = run(csv("A,Mug,1,EUR", 'B,"Cup,1,EUR', "C,Jar,1,EUR"))

    assert counts(done) == {"rows": 2, "created": 1, "failed": 1}
    ((row, _, reason),) = errors(done)
    assert row == 2
    assert "lines 3 to 4" in reason


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "no header"),
        (b"sku,name\nA,B\n", "lacks price, currency"),
        (b"sku,name,price,currency,colour\n", "unknown columns: colour"),
        (b"sku,name,price,currency,sku\n", "a column twice"),
        (b'sku,"name"x,price,currency\n', "cannot be read"),
    ],
)
def test_a_file_without_usable_header_is_refused_whole(
    shop: Shop, data: bytes, reason: str
) -> None:
    with pytest.raises(UnreadableImport, match=reason):
        accept(data)


@pytest.mark.parametrize(
    ("row", "column", "reason"),
    [
        ("[1]", "", "is not a JSON object"),
        ("{", "", "is not a JSON object"),
        ("[" * 100_000, "", "is not a JSON object"),
        ('{"sku": "B"}', "name", "is missing"),
        ('{"sku": "B", "colour": "x"}', "colour", "is not a known column"),
        ('{"sku":"B","name":"M","price":1.5,"currency":"EUR"}', "price", "must be text"),
        ('{"sku":true,"name":"M","price":"1","currency":"EUR"}', "sku", "must be text"),
        ('{"sku":"B","name":"M\\u0000","price":"1","currency":"EUR"}', "name", "has a NUL"),
    ],
)
def test_a_bad_json_line_is_reported(shop: Shop, row: str, column: str, reason: str) -> None:
    good = {"sku": "A", "name": "Mug", "price": "1", "currency": "EUR"}

    done = run(json_lines(good, row), "ndjson")

    assert counts(done) == {"rows": 2, "created": 1, "failed": 1}
    ((number, where, why),) = errors(done)
    assert (number, where) == (2, column)
    assert reason in why
