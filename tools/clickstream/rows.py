"""Reads the clicks of three real shops, each written in its own way."""

import csv
import lzma
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal

Kind = Literal["view", "add_to_cart", "purchase"]
Cells = Mapping[str, str]

_PRICE = re.compile(r"([0-9]{1,9})(?:\.([0-9]{2}))?")
_CODE = re.compile(r"[A-Za-z0-9]{1,40}")
_SESSION = re.compile(r"[A-Za-z0-9-]{1,40}")
_KINDS: dict[str, Kind] = {"view": "view", "cart": "add_to_cart", "purchase": "purchase"}
_GARMENTS = {"1": "Trousers", "2": "Skirts", "3": "Blouses", "4": "Sale"}
_NOON = 12


class UnusableFile(Exception):
    """Not a file of a known layout."""


@dataclass(frozen=True, slots=True)
class Click:
    """One usable row. `price` is in cents; `category` is a path, `brand` may be empty."""

    kind: Kind
    code: str
    at: datetime
    session: str
    price: int
    category: tuple[str, ...]
    brand: str


@dataclass(frozen=True)
class Clicks:
    """What a file holds: usable rows in its order, and how many were skipped why."""

    shop: str
    rows: list[Click]
    skipped: Counter[str]


@dataclass(frozen=True)
class _Layout:
    shop: str
    delimiter: str
    columns: frozenset[str]
    click: Callable[[Cells], Click]


def read(path: Path) -> Clicks:
    """The clicks of a file, packed with xz or plain; UnusableFile if nobody knows its columns."""
    with (lzma.open if path.suffix == ".xz" else open)(path, "rt", encoding="utf-8") as file:
        head = file.readline().rstrip("\n")
        layout = _layout(path, head)
        reader = csv.DictReader(file, head.split(layout.delimiter), delimiter=layout.delimiter)
        return _sorted_out(layout, reader)


def _sorted_out(layout: _Layout, cells: Iterator[Cells]) -> Clicks:
    found = Clicks(layout.shop, [], Counter())
    for row in cells:
        try:
            found.rows.append(layout.click(row))
        except (ValueError, KeyError, TypeError) as fault:
            found.skipped[str(fault)] += 1
    return found


def _layout(path: Path, head: str) -> _Layout:
    for layout in _LAYOUTS:
        if layout.columns <= set(head.split(layout.delimiter)):
            return layout
    raise UnusableFile(f"{path.name} has none of the known sets of columns")


def _rees46(cells: Cells) -> Click:
    kind = _KINDS.get(cells["event_type"])
    if kind is None:
        raise ValueError("an event of another kind")
    names = cells["category_code"].split(".") if cells["category_code"] else ["other"]
    return Click(
        kind=kind,
        code=_matching(_CODE, cells["product_id"], "a product without a usable code"),
        at=_moment(cells["event_time"]),
        session=_matching(_SESSION, cells["user_session"], "no session"),
        price=_cents(cells["price"]),
        category=tuple(name.replace("_", " ").capitalize() for name in names),
        brand=cells["brand"],
    )


def _eshop(cells: Cells) -> Click:
    """Only the day is known: the clicks of a visit follow each other by the second, from noon."""
    try:
        year, month, day = (int(cells[name]) for name in ("year", "month", "day"))
        noon = datetime(year, month, day, _NOON, tzinfo=UTC)
        at = noon + timedelta(seconds=int(cells["order"]))
    except ValueError:
        raise ValueError("a time that cannot be read") from None
    return Click(
        kind="view",
        code=_matching(_CODE, cells["page 2 (clothing model)"], "a product without a usable code"),
        at=at,
        session=_matching(_SESSION, cells["session ID"], "no session"),
        price=_cents(cells["price"]),
        category=("Maternity", _GARMENTS.get(cells["page 1 (main category)"], "Other")),
        brand="",
    )


def _moment(text: str) -> datetime:
    try:
        return datetime.strptime(text, "%Y-%m-%d %H:%M:%S UTC").replace(tzinfo=UTC)
    except ValueError:
        raise ValueError("a time that cannot be read") from None


def _cents(text: str) -> int:
    found = _PRICE.fullmatch(text)
    if found is None:
        raise ValueError("a price that cannot be read")
    return int(found[1]) * 100 + int(found[2] or 0)


def _matching(pattern: re.Pattern[str], text: str, otherwise: str) -> str:
    if not pattern.fullmatch(text):
        raise ValueError(otherwise)
    return text


_REES46 = frozenset(
    {"event_time", "event_type", "product_id", "category_code", "brand", "price", "user_session"}
)
_LAYOUTS = (
    _Layout("multi", ",", _REES46 | {"user_id"}, _rees46),
    _Layout("electronics", ",", _REES46, _rees46),
    _Layout("eshop", ";", frozenset({"session ID", "page 2 (clothing model)", "order"}), _eshop),
)
