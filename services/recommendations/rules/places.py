"""Where a list is kept: whose neighbors, whose favorites, or what is popular in general."""

from typing import Literal, NamedTuple
from uuid import UUID

Kind = Literal["product", "category", "popular", "user"]
WHOLE_SHOP = UUID(int=0)


class Place(NamedTuple):
    """A list of the store; `key` is a product, a category, a user, or zero for the whole shop."""

    kind: Kind
    key: UUID


POPULAR = Place("popular", WHOLE_SHOP)


def near_product(product_id: UUID) -> Place:
    """What goes with a product."""
    return Place("product", product_id)


def in_category(category_id: UUID) -> Place:
    """What is popular in a category."""
    return Place("category", category_id)


def for_user(user_id: UUID) -> Place:
    """What somebody may like; written by others than this service alone."""
    return Place("user", user_id)
