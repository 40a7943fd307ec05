"""From the cells of one imported row to typed values, or to everything that is wrong with it."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from libs.markup import formatted, plain
from libs.money import Money, minor_digits
from services.catalog.rules import category_path, product, text

REQUIRED = ("sku", "name", "price", "currency")
COLUMNS = (
    *REQUIRED,
    *("slug", "description", "category", "brand", "options", "product"),
    *("tax_category", "weight_g", "barcode"),
)
MAX_KEY = 120
_PRICE = re.compile(r"([0-9]{1,13})(?:\.([0-9]{1,6}))?")
_WEIGHT = re.compile(r"[0-9]{1,9}")


class Fault(NamedTuple):
    """One thing wrong with one row; the column is empty when the row as a whole is meant."""

    row: int
    column: str
    reason: str


@dataclass(frozen=True)
class Row:
    """One variant in one currency. None: the file does not say, so what is there stays."""

    number: int
    sku: str
    name: str
    price: Money
    product: str | None = None
    slug: str | None = None
    description: str | None = None
    category: tuple[str, ...] | None = None
    brand: str | None = None
    options: dict[str, str] | None = None
    tax_category: str | None = None
    weight_g: int | None = None
    barcode: str | None = None


def read_row(number: int, cells: Mapping[str, Any]) -> Row | list[Fault]:
    """The row, or a fault for each cell that cannot be read."""
    values: dict[str, Any] = {}
    faults: list[Fault] = []
    for column, cell in cells.items():
        try:
            values[column] = _READERS[column](_text(column, cell))
        except ValueError as fault:
            faults.append(Fault(number, column, str(fault)))
    try:
        price = _price(cells.get("price"), values.get("currency"))
    except ValueError as fault:
        faults.append(Fault(number, "price", str(fault)))
    if faults:
        return faults
    del values["currency"]
    return Row(number=number, **values | {"price": price})


def missing(cells: Mapping[str, Any]) -> list[str]:
    """Columns that a row cannot do without."""
    return [column for column in REQUIRED if column not in cells]


def _text(column: str, cell: Any) -> str:
    if column == "options" and isinstance(cell, dict):
        return ";".join(f"{key}={value}" for key, value in cell.items())
    if column == "weight_g" and type(cell) is int:
        return str(cell)
    if not isinstance(cell, str):
        raise ValueError("must be text")  # noqa: TRY004  every fault of a cell is a ValueError
    if "\x00" in cell:
        raise ValueError("has a NUL character")
    if not cell.isascii() and any("\ud800" <= letter <= "\udfff" for letter in cell):
        raise ValueError("is not UTF-8 text")
    return cell.strip()


def _price(cell: Any, currency: str | None) -> Money | None:
    """The amount in minor units; nothing is rounded."""
    if currency is None or not isinstance(cell, str):
        return None  # already reported with that cell
    number = _PRICE.fullmatch(cell.strip())
    if not number:
        raise ValueError(f'must be a plain decimal number such as 19.99, not "{cell[:40]}"')
    digits = minor_digits(currency)
    whole, decimals = number.group(1), (number.group(2) or "").rstrip("0")
    if len(decimals) > digits:
        raise ValueError(f"has more decimal places than {currency} has ({digits})")
    amount = int(whole) * 10**digits + int(decimals.ljust(digits, "0") or 0)
    if amount > product.MAX_AMOUNT:
        raise ValueError("is too large")
    return Money(amount, currency)


def _matching(pattern: re.Pattern[str], form: str) -> Callable[[str], str]:
    def read(cell: str) -> str:
        if not pattern.fullmatch(cell):
            raise ValueError(f'must be {form}, not "{cell[:40]}"' if cell else "is empty")
        return cell

    return read


def _optional(read: Callable[[str], Any]) -> Callable[[str], Any]:
    return lambda cell: read(cell) if cell else None


def _bounded(maximum: int, clean: Callable[[str], str]) -> Callable[[str], str]:
    def read(cell: str) -> str:
        if len(cell) > maximum:
            raise ValueError(f"has more than {maximum} characters")
        return clean(cell)

    return read


def _name(cell: str) -> str:
    name = _bounded(product.MAX_NAME, plain)(cell)
    if not name:
        raise ValueError("is empty")
    return name


def _slug(cell: str) -> str:
    if not text.is_slug(cell):
        raise ValueError(f'must be lower-case words joined by hyphens, not "{cell[:40]}"')
    return cell


def _category(cell: str) -> tuple[str, ...]:
    return category_path.parse(cell) if cell else ()


def _options(cell: str) -> dict[str, str]:
    options: dict[str, str] = {}
    for pair in filter(None, (part.strip() for part in cell.split(";"))):
        key, equals, value = (part.strip() for part in pair.partition("="))
        if not (key and equals and value) or key in options:
            raise ValueError("must be key=value;key=value, each key once")
        options[plain(key)] = plain(value)
    if len(options) > product.MAX_OPTIONS:
        raise ValueError(f"has more than {product.MAX_OPTIONS} options")
    if any(len(part) > product.MAX_OPTION for pair in options.items() for part in pair):
        raise ValueError(f"has an option of more than {product.MAX_OPTION} characters")
    return options


def _weight(cell: str) -> int:
    if not _WEIGHT.fullmatch(cell):
        raise ValueError("must be a whole number of grams")
    return int(cell)


_READERS: dict[str, Callable[[str], Any]] = {
    "sku": _matching(product.SKU, "letters, digits and . _ / # + : - within"),
    "name": _name,
    "price": lambda cell: cell,
    "currency": _matching(product.CURRENCY, "three capital letters"),
    "slug": _optional(_slug),
    "description": _bounded(product.MAX_DESCRIPTION, formatted),
    "category": _category,
    "brand": _bounded(product.MAX_NAME, plain),
    "options": _options,
    "product": _optional(_bounded(MAX_KEY, str)),
    "tax_category": _optional(_matching(product.TAX_CATEGORY, "lower-case words")),
    "weight_g": _optional(_weight),
    "barcode": lambda cell: _matching(product.BARCODE, "letters and digits")(cell) if cell else "",
}
