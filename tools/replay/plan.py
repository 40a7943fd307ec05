"""Turns rows into what happens in the shop: sales and credit notes in the order of their time."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from tools.replay.rows import Row, Skip, Skipped


class Unmatched(StrEnum):
    """Why a line of a credit note cannot be a return."""

    GUEST = "credit without a customer"
    NO_SALE = "credit without an earlier sale of this code and price to this customer"
    TOO_MANY = "credit of more pieces than are left of any earlier sale"


@dataclass(frozen=True)
class Sale:
    """One invoice: pieces by SKU, the lines of one SKU added up."""

    invoice: str
    at: datetime
    customer: str
    country: str
    pieces: Mapping[str, int]
    total: int


@dataclass(frozen=True)
class Credit:
    """One credit note: pieces by SKU that come back from each invoice."""

    number: str
    at: datetime
    returns: Mapping[str, Mapping[str, int]]


@dataclass(frozen=True)
class Article:
    """A variant that is sold at least once: its code, price in pence and pieces over all."""

    code: str
    price: int
    pieces: int


@dataclass
class Plan:
    """Everything that is replayed, and what every row of the file became."""

    documents: list[Sale | Credit] = field(default_factory=list)
    articles: dict[str, Article] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    rows: Counter[str] = field(default_factory=Counter)
    skipped: Counter[Skip] = field(default_factory=Counter)
    unmatched: Counter[Unmatched] = field(default_factory=Counter)

    @property
    def sales(self) -> list[Sale]:
        """The orders to place."""
        return [document for document in self.documents if isinstance(document, Sale)]

    @property
    def customers(self) -> list[str]:
        """Customers by number, the first buyer first."""
        return list(dict.fromkeys(sale.customer for sale in self.sales if sale.customer))


class _Shelf:
    """What each customer bought and has not given back, the newest purchase last."""

    def __init__(self) -> None:
        self._left: dict[tuple[str, str], list[tuple[str, int]]] = defaultdict(list)

    def add(self, sale: Sale) -> None:
        for sku, pieces in sale.pieces.items():
            self._left[sale.customer, sku].append((sale.invoice, pieces))

    def take(self, row: Row) -> str | Unmatched:
        """The newest invoice that has all these pieces left."""
        if not row.customer:
            return Unmatched.GUEST
        purchases = self._left[row.customer, row.sku]
        for place in reversed(range(len(purchases))):
            invoice, left = purchases[place]
            if left >= row.pieces:
                purchases[place] = (invoice, left - row.pieces)
                return invoice
        return Unmatched.TOO_MANY if purchases else Unmatched.NO_SALE


def in_time(rows: Iterable[Row | Skipped], limit: int | None) -> list[list[Row | Skipped]]:
    """The first `limit` invoices by time, each with its rows in the order of the file."""
    invoices: dict[str, list[Row | Skipped]] = defaultdict(list)
    for row in rows:
        invoices[row.invoice].append(row)

    def age(invoice: list[Row | Skipped]) -> tuple[datetime, int]:
        return min((row.at for row in invoice if row.at), default=datetime.min), invoice[0].number  # noqa: DTZ901 - the file has no zone

    return sorted(invoices.values(), key=age)[:limit]


def make(invoices: Sequence[Sequence[Row | Skipped]]) -> Plan:
    """Decide what becomes of each row; every row is counted exactly once in `rows`."""
    plan = Plan()
    shelf = _Shelf()
    for invoice in invoices:
        usable = [row for row in invoice if isinstance(row, Row)]
        plan.skipped.update(row.reason for row in invoice if isinstance(row, Skipped))
        plan.rows["skipped"] += len(invoice) - len(usable)
        if not usable:
            continue
        if usable[0].credit:
            _add_credit(plan, shelf, usable)
        else:
            _add_sale(plan, shelf, usable)
    plan.names = _names(row for invoice in invoices for row in invoice if isinstance(row, Row))
    return plan


def _add_sale(plan: Plan, shelf: _Shelf, rows: Sequence[Row]) -> None:
    first = rows[0]
    pieces: Counter[str] = Counter()
    for row in rows:
        pieces[row.sku] += row.pieces
        known = plan.articles.get(row.sku, Article(row.code, row.price, 0))
        plan.articles[row.sku] = Article(row.code, row.price, known.pieces + row.pieces)
    total = sum(row.pieces * row.price for row in rows)
    sale = Sale(
        first.invoice,
        min(row.at for row in rows),
        first.customer,
        first.raw["Country"],
        pieces,
        total,
    )
    plan.documents.append(sale)
    plan.rows["sold"] += len(rows)
    shelf.add(sale)


def _add_credit(plan: Plan, shelf: _Shelf, rows: Sequence[Row]) -> None:
    returns: dict[str, Counter[str]] = defaultdict(Counter)
    for row in rows:
        invoice = shelf.take(row)
        if isinstance(invoice, Unmatched):
            plan.unmatched[invoice] += 1
            plan.rows["unmatched credit"] += 1
        else:
            returns[invoice][row.sku] += row.pieces
            plan.rows["returned"] += 1
    if returns:
        number, at = rows[0].invoice, min(row.at for row in rows)
        plan.documents.append(Credit(number, at, returns))


def _names(rows: Iterable[Row]) -> dict[str, str]:
    """The most frequent description of each code, else the code."""
    seen: dict[str, Counter[str]] = defaultdict(Counter)
    for row in rows:
        seen[row.code].update(filter(None, [row.raw["Description"].strip()]))
    return {code: names.most_common(1)[0][0] if names else code for code, names in seen.items()}
