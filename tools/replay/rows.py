"""Reads the invoice lines of a UCI Online Retail file and says of each what it is."""

import csv
import lzma
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import TextIO

COLUMNS = (
    *("InvoiceNo", "StockCode", "Description", "Quantity", "InvoiceDate"),
    *("UnitPrice", "CustomerID", "Country"),
)
_INVOICE = re.compile(r"(C?)[0-9]{6}")
_PRICE = re.compile(r"(-?)([0-9]{1,9})(?:\.([0-9]+))?")
_PIECES = re.compile(r"-?[0-9]{1,9}")
# What the catalog takes as the first part of an SKU.
_CODE = re.compile(r"[A-Z0-9](?:[A-Z0-9 _-]{0,30}[A-Z0-9])?")


class Skip(StrEnum):
    """Why a row is neither a sale nor a line of a credit note."""

    UNREADABLE = "a number or date that cannot be read"
    UNKNOWN_INVOICE = "an invoice number of another form"
    UNUSABLE_CODE = "a stock code that cannot name a product"
    FRACTION_OF_A_PENNY = "a price finer than a penny"
    NEGATIVE_PRICE = "a price below zero"
    PRICE_ZERO = "price 0: given away, found or corrected"
    NO_PIECES = "quantity 0"
    WRITE_OFF = "negative quantity on a sale: written off"
    POSITIVE_CREDIT = "positive quantity on a credit note"


class UnusableFile(Exception):
    """Not a file of the expected columns."""


@dataclass(frozen=True, slots=True)
class Row:
    """One usable line. Pieces are positive; on a credit note they come back. Price in pence.

    `code` is in upper case: `85123a` and `85123A` are one product. `raw` holds the cells as read.
    """

    number: int
    invoice: str
    code: str
    pieces: int
    price: int
    at: datetime
    raw: Mapping[str, str]

    @property
    def credit(self) -> bool:
        """Whether the pieces come back."""
        return self.invoice.startswith("C")

    @property
    def customer(self) -> str:
        """The customer's number; empty for a guest."""
        return self.raw["CustomerID"].strip()

    @property
    def sku(self) -> str:
        """Code and price: every price of a code is a variant of its own."""
        return f"{self.code}:{self.price // 100}.{self.price % 100:02}"


@dataclass(frozen=True, slots=True)
class Skipped:
    """A row that is not replayed, and why; `at` is None where no time could be read."""

    number: int
    invoice: str
    at: datetime | None
    reason: Skip
    raw: Mapping[str, str]


def read(file: Path) -> Iterator[Row | Skipped]:
    """Every record of the file in its order, counted from 1."""
    with _opened(file) as text:
        reader = csv.DictReader(text, restkey="", restval="")
        if tuple(reader.fieldnames or ()) != COLUMNS:
            raise UnusableFile(f"{file} does not have the columns {', '.join(COLUMNS)}")
        for number, raw in enumerate(reader, 1):
            yield classify(number, raw)


def classify(number: int, raw: Mapping[str, str]) -> Row | Skipped:
    """The row, or the first reason not to replay it."""
    invoice, code = raw["InvoiceNo"].strip().upper(), raw["StockCode"].strip().upper()
    at, pieces, price = _time(raw["InvoiceDate"]), _whole(raw["Quantity"]), _pence(raw["UnitPrice"])

    def skipped(reason: Skip) -> Skipped:
        return Skipped(number, invoice, at, reason, raw)

    form = _INVOICE.fullmatch(invoice)
    if form is None:
        return skipped(Skip.UNKNOWN_INVOICE)
    if at is None or pieces is None or price is None:
        return skipped(Skip.UNREADABLE)
    if not _CODE.fullmatch(code):
        return skipped(Skip.UNUSABLE_CODE)
    if reason := _fault_of_amounts(price, pieces, credit=bool(form[1])):
        return skipped(reason)
    return Row(number, invoice, code, abs(pieces), int(price), at, raw)


def _fault_of_amounts(price: int | float, pieces: int, *, credit: bool) -> Skip | None:
    faults = {
        Skip.FRACTION_OF_A_PENNY: price != int(price),
        Skip.NEGATIVE_PRICE: price < 0,
        Skip.NO_PIECES: pieces == 0,
        Skip.WRITE_OFF: pieces < 0 and not credit,
        Skip.POSITIVE_CREDIT: pieces > 0 and credit,
        Skip.PRICE_ZERO: price == 0,
    }
    return next((reason for reason, holds in faults.items() if holds), None)


@contextmanager
def _opened(file: Path) -> Iterator[TextIO]:
    opener = lzma.open if file.suffix == ".xz" else open
    with opener(file, "rt", encoding="utf-8", newline="") as text:
        yield text


def _time(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text.strip())
    except ValueError:
        return None


def _whole(text: str) -> int | None:
    return int(text) if _PIECES.fullmatch(text.strip()) else None


def _pence(text: str) -> int | float | None:
    """Whole pence where the price has no more than two decimals that count."""
    number = _PRICE.fullmatch(text.strip())
    if number is None:
        return None
    sign, whole, decimals = number[1], number[2], (number[3] or "").rstrip("0")
    pence = int(whole) * 100 + int(decimals[:2].ljust(2, "0"))
    # Half a penny stands for every fraction: it is only asked whether there is one.
    exact = pence + 0.5 if len(decimals) > 2 else pence  # noqa: PLR2004 - pence
    return -exact if sign else exact
