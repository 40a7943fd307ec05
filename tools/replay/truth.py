"""What the shop's books must say after a replay, worked out from the file a second time.

Shares nothing with the code that replays: an error there must show as a difference.
"""

import csv
import lzma
import re
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

Item = tuple[str, str]  # invoice, SKU
_USABLE = {
    "StockCode": r"[0-9A-Za-z][0-9A-Za-z _-]*",
    "Quantity": r"-?\d+",
    "InvoiceDate": r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d",
    "UnitPrice": r"\d+(\.\d\d?)?",
}


@dataclass
class Truth:
    """Pieces and pence by invoice and SKU: what was sold, and what of it came back."""

    pieces_sold: Counter[Item] = field(default_factory=Counter)
    money_sold: Counter[Item] = field(default_factory=Counter)
    pieces_returned: Counter[Item] = field(default_factory=Counter)
    money_returned: Counter[Item] = field(default_factory=Counter)


def work_out(file: Path, limit: int | None) -> Truth:
    """Read the file and add up."""
    with (
        lzma.open(file, "rt", encoding="utf-8", newline="")
        if file.suffix == ".xz"
        else file.open(encoding="utf-8", newline="") as text
    ):
        lines = list(csv.DictReader(text))
    truth = Truth()
    buyers: dict[str, str] = {}
    for invoice in _first_invoices(lines, limit):
        for line in invoice:
            if not all(re.fullmatch(form, line[name].strip()) for name, form in _USABLE.items()):
                continue
            pounds, _, rest = line["UnitPrice"].partition(".")
            price, pieces = int(pounds) * 100 + int((rest + "00")[:2]), int(line["Quantity"])
            sku = f"{line['StockCode'].strip().upper()}:{price / 100:.2f}"
            number = line["InvoiceNo"]
            if re.fullmatch(r"\d{6}", number) and pieces > 0 and price > 0:
                buyers[number] = line["CustomerID"]
                truth.pieces_sold[number, sku] += pieces
                truth.money_sold[number, sku] += pieces * price
            elif re.fullmatch(r"C\d{6}", number) and pieces < 0 and price > 0:
                _give_back(truth, buyers, line["CustomerID"], sku, -pieces, price)
    return truth


def _first_invoices(lines: list[dict[str, str]], limit: int | None) -> list[list[dict[str, str]]]:
    """Invoices by their earliest time, those of the same minute as the file has them."""
    invoices: dict[str, list[dict[str, str]]] = {}
    for line in lines:
        invoices.setdefault(line["InvoiceNo"], []).append(line)
    ordered = sorted(
        invoices.values(), key=lambda invoice: min(line["InvoiceDate"] for line in invoice)
    )
    return ordered[:limit]


def _give_back(
    truth: Truth, buyers: dict[str, str], buyer: str, sku: str, pieces: int, price: int
) -> None:
    """Off the newest earlier invoice of that buyer that still has so many; else nowhere."""
    for number in reversed(buyers):
        left = truth.pieces_sold[number, sku] - truth.pieces_returned[number, sku]
        if buyer and buyers[number] == buyer and left >= pieces:
            truth.pieces_returned[number, sku] += pieces
            truth.money_returned[number, sku] += pieces * price
            return
