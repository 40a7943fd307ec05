"""The catalog as a file, and back again."""

import csv
import io
import json
from typing import Any

import pytest

from libs.money import Money
from services.catalog.queries import export
from services.catalog.rules.csv_cells import neutral, restored
from services.catalog.tests import imports
from services.catalog.tests.shop import Shop, variant

EXPORT = "/api/v1/products/export"


@pytest.fixture
def filled(shop: Shop) -> Shop:
    """Products with everything that a row can say."""
    home = shop.category("Home")
    both = variant("A", Money(1000, "EUR"), Money(1200, "JPY"), options={"size": "L"}, weight_g=5)
    other = variant("B", options={"size": "M"}, barcode="123")
    shop.add("=SUM(A1)", both, other, category=shop.category("Mugs", home), brand=shop.brand("Ä"))
    shop.add("Cup", description='a, "b"\n<b>c</b>')
    return shop


def rows(client: Any, admin: dict[str, str]) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(client.get(EXPORT, headers=admin).text)))


def test_every_variant_and_price_is_a_row(filled: Shop, client: Any, admin: dict[str, str]) -> None:
    found = rows(client, admin)

    assert [(row["sku"], row["price"], row["currency"]) for row in found] == [
        ("A", "10.00", "EUR"),
        ("A", "1200", "JPY"),
        ("B", "10.00", "EUR"),
        ("CUP", "10.00", "EUR"),
    ]
    assert (found[0]["category"], found[0]["brand"], found[0]["options"]) == (
        "Home > Mugs",
        "Ä",
        "size=L",
    )


def test_a_cell_that_a_spreadsheet_would_run_is_text(
    filled: Shop, client: Any, admin: dict[str, str]
) -> None:
    assert rows(client, admin)[0]["name"] == "'=SUM(A1)"


@pytest.mark.parametrize("file_format", ["csv", "ndjson"])
def test_an_export_imported_again_changes_nothing(
    filled: Shop, client: Any, admin: dict[str, str], file_format: Any
) -> None:
    data = client.get(f"{EXPORT}?format={file_format}", headers=admin).data

    done = imports.run(data, file_format)

    assert (imports.counts(done), imports.errors(done)) == ({"rows": 4, "unchanged": 4}, [])


def test_the_file_is_written_in_batches_and_whole(
    shop: Shop, client: Any, admin: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export, "_BATCH", 2)
    for number in range(5):
        shop.add(f"Mug {number}")

    lines = client.get(f"{EXPORT}?format=ndjson", headers=admin).data.splitlines()

    assert [json.loads(line)["name"] for line in lines] == [f"Mug {n}" for n in range(5)]


def test_what_is_deleted_is_not_exported(shop: Shop, client: Any, admin: dict[str, str]) -> None:
    shop.delete(shop.add("Mug"))

    assert rows(client, admin) == []


def test_only_administrators_export(client: Any) -> None:
    assert client.get(EXPORT).status_code == 401


@pytest.mark.parametrize("cell", ["=1", "+1", "-1", "@a", "\t=1", "a", "", "'a", "'"])
def test_a_neutral_cell_is_no_formula_and_can_be_restored(cell: str) -> None:
    assert not neutral(cell).startswith(("=", "+", "-", "@", "\t"))
    assert restored(neutral(cell)) == cell
