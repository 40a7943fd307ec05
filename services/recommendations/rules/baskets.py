"""What one visitor looked at together, and the counts that follow from it."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID, uuid5

# What a browser says was bought counts like a cart: only a paid order counts in full.
WEIGHTS: Mapping[str, int] = {"view": 1, "click": 1, "add_to_cart": 3, "purchase": 3}
BOUGHT = 5

Items = dict[UUID, int]
_NAMESPACE = UUID("6f0d2c1e-3b1c-5f0e-9a51-6f1f0f6a7f52")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DAYS = 7


@dataclass
class Counts:
    """Weights of products, and of ordered pairs of products, each by week; below zero takes off."""

    products: Counter[tuple[UUID, int]] = field(default_factory=Counter)
    pairs: Counter[tuple[UUID, UUID, int]] = field(default_factory=Counter)

    def change(self, before: Items, after: Items, week: int) -> None:
        """Add what a basket of that week counts for after, and take off what it did before."""
        for items, sign in ((after, 1), (before, -1)):
            for product, weight in items.items():
                self.products[product, week] += sign * weight
                for other, beside in items.items():
                    if other != product:
                        self.pairs[product, other, week] += sign * min(weight, beside)


def week_of(moment: datetime) -> int:
    """Weeks since 1970 began; all of one day are in one week."""
    return (moment.astimezone(UTC) - _EPOCH).days // _DAYS


def visit(visitor: str, moment: datetime) -> UUID:
    """The basket of a visitor on a day of UTC. Nothing leads from it back to the visitor."""
    return uuid5(_NAMESPACE, f"{visitor} {moment.astimezone(UTC):%Y-%m-%d}")


def absorb(items: Items, seen: Iterable[tuple[UUID, int]], limit: int) -> Items:
    """The basket with what was seen: the highest weight of a product counts, and once there are
    `limit` products a further one does not."""
    after = dict(items)
    for product, weight in seen:
        if product in after or len(after) < limit:
            after[product] = max(after.get(product, 0), weight)
    return after
