"""What the shop recommends after the clicks, and whether there is sense in it."""

import time
from collections import Counter
from collections.abc import Mapping
from typing import Any, NamedTuple

from tools.clickstream.rows import Clicks
from tools.clickstream.shelves import slug_of
from tools.replay.shop import ReplayFailed, Shop

_PATIENCE_SECONDS = 600.0
_ASKED, _EACH = 50, 5


class Advice(NamedTuple):
    """Of the most viewed products: how many have related ones, and how alike those are.

    `same` is the share of related products in the category of the one asked for, `chance` what
    recommending the same products to anyone would give.
    """

    asked: int
    related: int
    same: float
    chance: float
    samples: list[str]


def advice(shop: Shop, clicks: Clicks, products: Mapping[str, str]) -> Advice:
    """Ask by the products that were clicked most, once their lists stand still."""
    category = {slug_of(clicks.shop, click): click.category for click in clicks.rows}
    counts = Counter(slug_of(clicks.shop, click) for click in clicks.rows)
    asked = [slug for slug, _ in counts.most_common(_ASKED)]
    _await_lists(shop, products[asked[0]])
    pairs: list[tuple[str, str]] = []
    samples: list[str] = []
    found = 0
    for slug in asked:
        near = [one["slug"] for one in _related(shop, products[slug]) if one["slug"] in category]
        found += bool(near)
        pairs += [(slug, other) for other in near]
        samples.append(f"{slug} ({category[slug][-1]}): {', '.join(near)}")
    same = sum(category[one] == category[other] for one, other in pairs)
    by_chance = sum(category[one] == category[other] for one, _ in pairs for _, other in pairs)
    return Advice(
        asked=len(asked),
        related=found,
        same=same / max(len(pairs), 1),
        chance=by_chance / max(len(pairs) ** 2, 1),
        samples=samples[:5],
    )


def _related(shop: Shop, product: str) -> list[dict[str, Any]]:
    answer = shop.get(f"/api/v1/recommendations?product={product}&limit={_EACH}", {})
    return [one for one in answer["data"] if one["reason"] == "related"]


def _await_lists(shop: Shop, product: str) -> None:
    """Wait until the list of the product is there and has not changed for ten seconds."""
    until = time.monotonic() + _PATIENCE_SECONDS
    last: list[Any] = []
    since = time.monotonic()
    while not last or time.monotonic() - since < 10:  # noqa: PLR2004  seconds, as promised above
        if time.monotonic() > until:
            raise ReplayFailed("nothing is recommended for the product that was viewed most")
        time.sleep(1)
        seen = _related(shop, product)
        if seen != last:
            last, since = seen, time.monotonic()
