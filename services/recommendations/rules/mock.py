"""Lists that look real, for whoever builds on the store before there is any behavior."""

from collections.abc import Sequence
from random import Random
from uuid import UUID

from services.recommendations.rules.places import POPULAR, Place, for_user, near_product
from services.recommendations.rules.ranking import Scored, best

_LENGTH = 20


def mock_lists(
    products: Sequence[UUID], users: Sequence[UUID], seed: int
) -> dict[Place, list[Scored]]:
    """A list for each product and user, and one of what is popular; the same seed, the same."""
    chance = Random(seed)  # noqa: S311  nothing secret hangs on it
    places = [POPULAR, *map(near_product, products), *map(for_user, users)]
    return {place: _mock_list(chance, products, place.key) for place in places}


def _mock_list(chance: Random, products: Sequence[UUID], own: UUID) -> list[Scored]:
    others = [product_id for product_id in products if product_id != own]
    drawn = chance.sample(others, min(_LENGTH, len(others)))
    return best((Scored(product_id, round(chance.random(), 6)) for product_id in drawn), _LENGTH)
