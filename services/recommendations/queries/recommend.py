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

    def recommend(
        self, limit: int, *, product_id: UUID | None = None, user_id: UUID | None = None
    ) -> list[Recommendation]:
        """What goes with the product, then with what the user saw, then what is popular, then what
        is in the category; neither the product nor anything that the user has bought."""
        history = self._history(user_id)
        bought = {one.product_id for one in history if one.weight >= BOUGHT}
        near = [product_id] if product_id else [one.product_id for one in history[:_LISTS]]
        sources: list[tuple[Reason, Callable[[], list[Found]]]] = [
            ("related", lambda: self._related(product_id)),
            ("personal", lambda: self._personal(user_id, history)),
            ("popular", self._popular),
            ("category", lambda: self._categories(near)),
            ("newest", self._newest),
        ]
        asked = {product_id} if product_id else set()
        return self._fill(sources, bought | asked, limit)

    def _fill(
        self,
        sources: list[tuple[Reason, Callable[[], list[Found]]]],
        excluded: set[UUID],
        limit: int,
    ) -> list[Recommendation]:
        """From one source after the other, each asked only if those before it were not enough."""
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

    def _history(self, user_id: UUID | None) -> list[Known]:
        if user_id is None:
            return []
        return products.list_history(self.session, user_id, self.window, _HISTORY)

    def _related(self, product_id: UUID | None) -> list[Found]:
        return list(self._read([near_product(product_id)]).values()) if product_id else []

    def _personal(self, user_id: UUID | None, history: list[Known]) -> list[Found]:
        """The list that somebody wrote for the user, else what goes with the history."""
        if user_id is None:
            return []
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
