"""What to recommend: the lists of the store first, then what the database knows."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, NamedTuple
from uuid import UUID

from sqlalchemy.orm import Session

from services.recommendations.queries import products
from services.recommendations.queries.products import Shown
from services.recommendations.rules.baskets import BOUGHT
from services.recommendations.rules.places import (
    POPULAR,
    Place,
    for_user,
    in_category,
    near_product,
)
from services.recommendations.rules.ranking import Known, personal
from services.recommendations.rules.window import Window
from services.recommendations.store.client import Found, Store

Reason = Literal["related", "personal", "popular", "category", "newest"]
DATABASE = "database"
_LENGTH = 100
# Who saw more than this is recommended by what they saw last.
_HISTORY = 50
_LISTS = 10
_CATEGORIES = 3


class Recommendation(NamedTuple):
    """A product, why it is recommended, and whose list says so."""

    product: Shown
    reason: Reason
    writer: str


@dataclass(frozen=True)
class Recommender:
    """Answers one request. Without a store, or while it is down, the database is asked alone."""

    session: Session
    store: Store | None
    window: Window
    now: datetime

    def for_product(self, product_id: UUID, limit: int) -> list[Recommendation]:
        """What goes with a product, then what is popular, then what is in its category."""

        def related() -> list[Found]:
            place = near_product(product_id)
            return list(self._read([place]).values())

        first: list[tuple[Reason, Callable[[], list[Found]]]] = [("related", related)]
        return self._fill(first, [product_id], {product_id}, limit)

    def for_user(self, user_id: UUID, limit: int) -> list[Recommendation]:
        """What goes with what a user saw, then what is popular; nothing that they have bought."""
        history = products.list_history(self.session, user_id, self.window, _HISTORY)
        bought = {one.product_id for one in history if one.weight >= BOUGHT}
        recent = [one.product_id for one in history[:_LISTS]]
        first: list[tuple[Reason, Callable[[], list[Found]]]] = [
            ("personal", lambda: self._personal(user_id, history))
        ]
        return self._fill(first, recent, bought, limit)

    def for_anybody(self, limit: int) -> list[Recommendation]:
        """What is popular."""
        return self._fill([], [], set(), limit)

    def _fill(
        self,
        first: list[tuple[Reason, Callable[[], list[Found]]]],
        near: list[UUID],
        excluded: set[UUID],
        limit: int,
    ) -> list[Recommendation]:
        """From one source after the other, each asked only if those before it were not enough."""
        sources = [
            *first,
            ("popular", self._popular),
            ("category", lambda: self._categories(near)),
            ("newest", self._newest),
        ]
        chosen: dict[UUID, Recommendation] = {}
        for reason, source in sources:
            for found in source():
                rest = limit - len(chosen)
                for product in self._sold(found, excluded | chosen.keys(), rest):
                    chosen[product.id] = Recommendation(product, reason, found.writer)
            if len(chosen) >= limit:
                break
        return list(chosen.values())

    def _sold(self, found: Found, excluded: set[UUID], count: int) -> list[Shown]:
        """The first of a list that are sold, looked up a few more at a time than are wanted."""
        wanted = [one.product_id for one in found.items if one.product_id not in excluded]
        shown: list[Shown] = []
        while wanted and len(shown) < count:
            part, wanted = wanted[: 2 * count], wanted[2 * count :]
            sold = products.find_shown(self.session, part)
            shown += [sold[product_id] for product_id in part if product_id in sold]
        return shown[:count]

    def _personal(self, user_id: UUID, history: list[Known]) -> list[Found]:
        """The list that somebody wrote for the user, else what goes with the history."""
        own = self._read([for_user(user_id)])
        if own:
            return list(own.values())
        recent = [near_product(one.product_id) for one in history[:_LISTS]]
        lists = {place.key: found for place, found in self._read(recent).items()}
        items = {product_id: found.items for product_id, found in lists.items()}
        writers = sorted({found.writer for found in lists.values()})
        return [Found("+".join(writers), personal(history, items, _LENGTH))] if lists else []

    def _popular(self) -> list[Found]:
        found = list(self._read([POPULAR]).values())
        return found or [Found(DATABASE, products.list_popular(self.session, _LENGTH))]

    def _categories(self, near: list[UUID]) -> list[Found]:
        if not near:
            return []
        categories = products.categories_of(self.session, near)[:_CATEGORIES]
        lists = self._read([in_category(one) for one in categories])
        return [
            lists.get(in_category(one))
            or Found(DATABASE, products.list_category(self.session, one, _LENGTH))
            for one in categories
        ]

    def _newest(self) -> list[Found]:
        return [Found(DATABASE, products.list_newest(self.session, _LENGTH))]

    def _read(self, places: list[Place]) -> dict[Place, Found]:
        return self.store.read(places, self.now) if self.store else {}
