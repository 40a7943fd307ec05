"""Files and rows in the shape of the data set."""

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path

from tools.replay.plan import Plan, in_time, make
from tools.replay.rows import COLUMNS, classify

_GOOD = {
    "InvoiceNo": "570001",
    "StockCode": "85123A",
    "Description": "WHITE HANGING HEART",
    "Quantity": "6",
    "InvoiceDate": "2011-10-07 10:00:00",
    "UnitPrice": "2.55",
    "CustomerID": "17850",
    "Country": "United Kingdom",
}
_SHORT = dict(
    zip(
        ("invoice", "code", "name", "pieces", "at", "price", "customer", "country"),
        COLUMNS,
        strict=True,
    )
)


def line(**cells: str) -> dict[str, str]:
    """A good line, but for the given cells: invoice code name pieces at price customer country."""
    return _GOOD | {_SHORT[name]: value for name, value in cells.items()}


def write(file: Path, lines: Sequence[Mapping[str, str]]) -> Path:
    """A file of these lines."""
    with file.open("w", encoding="utf-8", newline="") as text:
        writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(lines)
    return file


def plan_of(lines: Sequence[Mapping[str, str]], limit: int | None = None) -> Plan:
    """What is replayed of these lines."""
    return make(in_time([classify(number, raw) for number, raw in enumerate(lines, 1)], limit))


# Every kind of dirt in 3 sales, 2 credit notes that match one, 2 that do not, 9 skipped rows.
DIRTY = [
    line(),
    line(),
    line(code="85123a", pieces="2", price="2.1", name=" WHITE HANGING HEART "),
    line(code="22632", price="1.85", name=""),
    line(code="POST", name="POSTAGE", pieces="1", price="18"),
    line(invoice="570002", customer="", country="Unspecified"),
    line(invoice="570003", at="2011-10-07 11:00:00", country="EIRE", pieces="80995"),
    line(
        invoice="570003", at="2011-10-07 11:01:00", code="22633", name="HAND WARMER £5", price="4"
    ),
    line(invoice="570004", pieces="-20", price="0", customer="", name="damages"),
    line(invoice="570005", price="0"),
    line(invoice="570006", price="-5"),
    line(invoice="570007", pieces="0"),
    line(invoice="A570008"),
    line(invoice="570009", price="two"),
    line(invoice="570010", code="?"),
    line(invoice="570011", price="0.001"),
    line(invoice="C570012", pieces="6"),
    line(invoice="C570013", at="2011-10-08 09:00:00", pieces="-80995"),
    line(invoice="C570014", at="2011-10-08 10:00:00", pieces="-2"),
    line(
        invoice="C570014",
        at="2011-10-08 10:00:00",
        code="D",
        name="Discount",
        pieces="-1",
        price="9",
    ),
    line(invoice="C570015", at="2011-10-08 11:00:00", pieces="-2", customer=""),
    line(invoice="C570016", at="2011-10-08 12:00:00", pieces="-11"),
]
