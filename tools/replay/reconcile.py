"""Compares what the shop's books say with what the file says, to the piece and the penny."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from tools.replay.truth import Truth
from tools.replay.witnesses import Claim, Item, Measure

_SHOWN_PRODUCTS = 5


@dataclass(frozen=True)
class Difference:
    """An invoice, or one product of it, of which a witness says something else than the file."""

    witness: str
    measure: Measure
    invoice: str
    products: tuple[str, ...]
    expected: int
    found: int

    def __str__(self) -> str:
        shown = ", ".join(self.products[:_SHOWN_PRODUCTS]) or "no product of the file"
        more = len(self.products) - _SHOWN_PRODUCTS
        rest = f" and {more} more" if more > 0 else ""
        return (
            f"{self.witness}: {self.measure}: invoice {self.invoice}: the file says"
            f" {self.expected}, found {self.found} ({shown}{rest})"
        )


def compare(truth: Truth, claims: Iterable[Claim]) -> list[Difference]:
    """Every difference; none is too small."""
    return [difference for claim in claims for difference in _differences(truth, claim)]


def expected_of(truth: Truth, measure: Measure) -> Counter[Item]:
    """What the file says of a measure."""
    figures: Mapping[Measure, Counter[Item]] = {
        "pieces sold": truth.pieces_sold,
        "money sold": truth.money_sold,
        "pieces returned": truth.pieces_returned,
        "money returned": truth.money_returned,
    }
    return figures[measure]


def _differences(truth: Truth, claim: Claim) -> list[Difference]:
    items = expected_of(truth, claim.measure)
    whole_orders = all(not sku for _, sku in claim.figures)
    expected = _by_invoice(items) if whole_orders else items
    products: dict[Item, list[str]] = defaultdict(list)
    for invoice, sku in items:
        products[invoice, "" if whole_orders else sku].append(sku)
    return [
        Difference(
            claim.witness,
            claim.measure,
            invoice,
            tuple(products[invoice, sku] or ([sku] if sku else [])),
            expected.get((invoice, sku), 0),
            claim.figures.get((invoice, sku), 0),
        )
        for invoice, sku in sorted(expected.keys() | claim.figures.keys())
        if expected.get((invoice, sku), 0) != claim.figures.get((invoice, sku), 0)
    ]


def _by_invoice(items: Mapping[Item, int]) -> Counter[Item]:
    totals: Counter[Item] = Counter()
    for (invoice, _), amount in items.items():
        totals[invoice, ""] += amount
    return totals
