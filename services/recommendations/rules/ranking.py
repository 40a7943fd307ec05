"""Which products come first."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from math import sqrt
from typing import NamedTuple
from uuid import UUID

# Two products that were seen together once, and else never, say little: this much of other
# interest is taken for granted.
_DAMPING = 10.0
_DIGITS = 6


class Scored(NamedTuple):
    """A product and how well it fits; only the order of scores of one list means anything."""

    product_id: UUID
    score: float


class Near(NamedTuple):
    """How often two products were together, and the interest in each."""

    product_id: UUID
    other_id: UUID
    together: float
    interest: float
    interest_in_other: float


class Known(NamedTuple):
    """A product of a visitor's history."""

    product_id: UUID
    weight: int


def related(near: Iterable[Near], length: int) -> dict[UUID, list[Scored]]:
    """The best of each product: together more often than the interest in both lets expect."""
    lists: dict[UUID, list[Scored]] = defaultdict(list)
    for one in near:
        expected = (one.interest + _DAMPING) * (one.interest_in_other + _DAMPING)
        lists[one.product_id].append(_scored(one.other_id, one.together / sqrt(expected)))
    return {product_id: best(found, length) for product_id, found in lists.items()}


def personal(
    history: Iterable[Known], lists: Mapping[UUID, Iterable[Scored]], length: int
) -> list[Scored]:
    """What is related to much of the history, without what is in it already."""
    scores: dict[UUID, float] = defaultdict(float)
    known = {one.product_id: one.weight for one in history}
    for product_id, weight in known.items():
        for one in lists.get(product_id, ()):
            if one.product_id not in known:
                scores[one.product_id] += weight * one.score
    return best((_scored(*item) for item in scores.items()), length)


def best(found: Iterable[Scored], length: int) -> list[Scored]:
    """The highest scores first; equal ones in an order that is always the same."""
    return sorted(found, key=lambda one: (-one.score, one.product_id))[:length]


def _scored(product_id: UUID, score: float) -> Scored:
    return Scored(product_id, round(score, _DIGITS))
