"""Counts what is odd in the rows that are replayed all the same, and how each oddity is treated."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum

from tools.replay.countries import UNKNOWN, code_of
from tools.replay.rows import Row, Skipped

_PRODUCT_CODE = re.compile(r"[0-9]{5}[A-Z]{0,2}")


def is_product(code: str) -> bool:
    """Whether a code in upper case names goods, not a charge or a service."""
    return _PRODUCT_CODE.fullmatch(code) is not None


class Oddity(StrEnum):
    """What is odd about a row, and what becomes of it."""

    GUEST = "no customer: a guest's order"
    NO_DESCRIPTION = "no description: the product gets another row's, else its code"
    PADDED_DESCRIPTION = "description with outer blanks: stripped"
    NOT_ASCII = "text beyond ASCII: kept"
    NO_PRODUCT_CODE = "code of a charge or service, not a product: sold like one"
    LOWER_CASE_CODE = "code in lower case: the same product as in upper case"
    EXACT_REPEAT = "repeats an earlier row exactly: sold again, as the invoice's sum has it"
    REPEATED_ITEM = "code and price again on its invoice: pieces added up in one line"
    LATER_TIME = "another time than its invoice's first row: the first one counts"
    NO_COUNTRY = "country unspecified or unknown: sent to ZZ"
    SEVERAL_PRICES = "code with several prices: a variant for each"
    SEVERAL_DESCRIPTIONS = "code with several descriptions: the most frequent names the product"
    SEVERAL_COUNTRIES = "customer with several countries: each invoice keeps its own"


class Dirt:
    """Counts rows by oddity; a row may have several."""

    def __init__(self) -> None:
        self.counts: Counter[Oddity] = Counter()
        self._seen: set[tuple[str, ...]] = set()
        self._items: set[tuple[str, ...]] = set()
        self._times: dict[str, datetime] = {}
        self._prices: dict[str, Counter[int]] = defaultdict(Counter)
        self._names: dict[str, Counter[str]] = defaultdict(Counter)
        self._countries: dict[str, Counter[str]] = defaultdict(Counter)

    def look_at(self, row: Row) -> None:
        """Count one replayed row; rows come in the order of the file."""
        text = row.raw
        code, name = text["StockCode"].strip(), text["Description"]
        found = {
            Oddity.GUEST: not row.customer,
            Oddity.NO_DESCRIPTION: not name.strip(),
            Oddity.PADDED_DESCRIPTION: bool(name.strip()) and name != name.strip(),
            Oddity.NOT_ASCII: not name.isascii(),
            Oddity.NO_PRODUCT_CODE: not is_product(row.code),
            Oddity.LOWER_CASE_CODE: code != row.code,
            Oddity.EXACT_REPEAT: _again(self._seen, tuple(text.values())),
            Oddity.REPEATED_ITEM: _again(self._items, (row.invoice, row.sku)),
            Oddity.LATER_TIME: self._times.setdefault(row.invoice, row.at) != row.at,
            Oddity.NO_COUNTRY: code_of(text["Country"]) == UNKNOWN,
        }
        self.counts.update(oddity for oddity, holds in found.items() if holds)
        self._prices[row.code][row.price] += 1
        if name.strip():
            self._names[row.code][name.strip()] += 1
        if row.customer:
            self._countries[row.customer][text["Country"]] += 1

    def finish(self) -> Counter[Oddity]:
        """All counts; those of codes and customers count the rows that they touch."""
        for oddity, groups in (
            (Oddity.SEVERAL_PRICES, self._prices),
            (Oddity.SEVERAL_DESCRIPTIONS, self._names),
            (Oddity.SEVERAL_COUNTRIES, self._countries),
        ):
            self.counts[oddity] = sum(group.total() for group in groups.values() if len(group) > 1)
        return self.counts


def oddities(rows: Iterable[Row | Skipped]) -> Counter[Oddity]:
    """Count the oddities of the replayed rows."""
    dirt = Dirt()
    for row in rows:
        if isinstance(row, Row):
            dirt.look_at(row)
    return dirt.finish()


def _again(seen: set[tuple[str, ...]], key: tuple[str, ...]) -> bool:
    known = key in seen
    seen.add(key)
    return known
