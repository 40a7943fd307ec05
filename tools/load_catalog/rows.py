"""Reads a file of Flipkart products, and says of each row what an import is given for it."""

import csv
import json
import lzma
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple, TextIO

_NEEDED = {"pid", "product_name", "product_category_tree", "discounted_price", "retail_price"}
_CUT_OFF = "..."
_LONGEST_FIELD = 1_000_000
CURRENCY = "INR"


class UnusableFile(Exception):
    """Not a file of the expected columns."""


class Source(NamedTuple):
    """A row of the file, counted from 1, and the cells that the import gets."""

    number: int
    cells: dict[str, str]


def read(path: Path) -> Iterator[Source]:
    """Every row; none is left out here, whatever is wrong with it: the import is to judge."""
    csv.field_size_limit(_LONGEST_FIELD)
    with _opened(path) as text:
        reader = csv.DictReader(text)
        if missing := _NEEDED - set(reader.fieldnames or ()):
            raise UnusableFile(f"{path.name} has no column {', '.join(sorted(missing))}")
        for number, row in enumerate(reader, 1):
            yield Source(number, _cells(row))


def category(tree: str, name: str) -> str:
    r"""`["Clothing >> Bras >> Page3 Bras"]` as a path, without what is no category.

    The last level is often the product itself, or cut off in the middle of a word.
    """
    try:
        levels = [level.strip() for level in json.loads(tree)[0].split(">>")]
    except (ValueError, IndexError, TypeError, AttributeError):
        return tree
    if levels and (levels[-1].endswith(_CUT_OFF) or levels[-1] == name):
        levels.pop()
    return " > ".join(levels)


def _cells(row: dict[str, str]) -> dict[str, str]:
    name = row["product_name"].strip()
    return {
        "sku": row["pid"],
        "name": name,
        "price": row["discounted_price"] or row["retail_price"],
        "currency": CURRENCY,
        "description": row.get("description") or "",
        "category": category(row["product_category_tree"], name),
        "brand": row.get("brand") or "",
    }


@contextmanager
def _opened(path: Path) -> Iterator[TextIO]:
    opener = lzma.open if path.suffix == ".xz" else open
    with opener(path, "rt", encoding="utf-8", newline="") as text:
        yield text
