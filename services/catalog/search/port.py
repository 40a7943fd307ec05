"""What an index beside PostgreSQL has to offer searches, whoever makes it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

import msgspec

from libs.db.page import Page
from services.catalog.queries.criteria import Criteria
from services.catalog.rules.attributes import Narrowing


class IndexAway(Exception):
    """The index did not answer in time, or not as it should."""


class Document(msgspec.Struct, frozen=True):
    """A product as it is searched; `number` tells an older state of it from a newer one."""

    id: UUID
    number: int
    name: str
    brand: str
    words: str
    description: str
    visible: bool
    in_stock: bool
    price: int
    discount: int
    prices: dict[str, int]
    categories: list[str]
    brand_slug: str | None
    facets: list[str]
    numbers: dict[str, float]
    created_at: datetime


class SearchIndex(Protocol):
    """A search index; each call has a deadline and raises IndexAway."""

    def find(
        self, criteria: Criteria, wanted: Sequence[Narrowing], *, cursor: str | None, limit: int
    ) -> Page[UUID]:
        """Ids by rank; `wanted` are the criteria's attributes as they are to be understood."""

    def create(self) -> bool:
        """Make the index where there is none; whether it was made."""

    def put(self, documents: Sequence[Document]) -> None:
        """Take these in, except where a newer state is in already."""
