"""Fills a test's catalog through the service's own commands, and reads what became of it."""

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar
from uuid import UUID

import msgspec
from sqlalchemy import text

from libs.contracts.catalog import ProductChanged
from libs.contracts.inventory import StockLevel
from libs.db.transaction import reading, transaction
from libs.ids import uuid7
from libs.messaging.message import Fact
from libs.money import Money
from services.catalog import tasks
from services.catalog.commands import attributes, brands, categories, products, stock
from services.catalog.queries.cards import Card
from services.catalog.queries.criteria import Criteria
from services.catalog.queries.products import get_product, list_products
from services.catalog.queries.taxonomy import get_category
from services.catalog.rules.product import ProductDraft, VariantDraft
from services.catalog.search import feed

F = TypeVar("F", bound=Fact)
ACTOR = uuid7()
MUG: dict[str, Any] = {
    "name": "Mug",
    "variants": [{"sku": "MUG", "prices": [{"amount": 1999, "currency": "EUR"}]}],
}


def variant(sku: str, *prices: Money, **more: Any) -> VariantDraft:
    """A variant of 10.00 EUR unless prices are given."""
    return VariantDraft(sku=sku, prices=prices or (Money(1000, "EUR"),), **more)


class Shop:
    """One test's shop."""

    def __init__(self) -> None:
        self._versions = 0

    def add(self, name: str, *variants: VariantDraft, **more: Any) -> UUID:
        """A product; its only variant has the name as SKU unless variants are given."""
        sku = name.upper().replace(" ", "-")
        draft = ProductDraft(name=name, variants=variants or (variant(sku),), **more)
        with transaction() as session:
            return products.create_product(session, draft, ACTOR).id

    def change(self, product_id: UUID, **changes: Any) -> None:
        """As a PATCH does."""
        with transaction() as session:
            product = products.lock_product(session, product_id)
            products.change_product(session, product, changes, ACTOR)

    def delete(self, product_id: UUID) -> None:
        """Softly."""
        with transaction() as session:
            products.delete_product(session, products.lock_product(session, product_id), ACTOR)

    def restore(self, product_id: UUID) -> None:
        """Undo the deletion."""
        with transaction() as session:
            products.restore_product(session, products.lock_product(session, product_id), ACTOR)

    def category(self, name: str, parent: str | None = None, slug: str | None = None) -> str:
        """A category, by its slug."""
        with transaction() as session:
            return categories.create_category(session, name, slug, parent).slug

    def move_category(self, slug: str, parent: str) -> None:
        """As a PATCH does."""
        with transaction() as session:
            category = categories.lock_category(session, slug)
            categories.change_category(session, category, {"parent": parent})

    def category_id(self, slug: str) -> UUID:
        """The category of that slug."""
        with reading() as session:
            return get_category(session, slug).id

    def brand(self, name: str) -> str:
        """A brand, by its slug."""
        with transaction() as session:
            return brands.create_brand(session, name).slug

    def attribute(self, code: str, kind: str, *choices: str, filterable: bool = True) -> None:
        """A definition."""
        with transaction() as session:
            attributes.create_attribute(
                session,
                code=code,
                name=code.title(),
                type=kind,
                unit=None,
                choices=list(choices),
                filterable=filterable,
            )

    def rename_brand(self, slug: str, name: str) -> None:
        """As a PATCH does."""
        with transaction() as session:
            brands.change_brand(session, brands.lock_brand(session, slug), {"name": name})

    def supply(self, levels: Mapping[UUID, int], version: int | None = None) -> None:
        """Inventory says how many pieces of each variant there are."""
        self._versions += 1
        number = version or self._versions
        told = [
            StockLevel(variant_id=key, available=value, version=number)
            for key, value in levels.items()
        ]
        with transaction() as session:
            stock.project_stock(session, told)

    def refresh_listings(self) -> int:
        """As the worker does by the clock."""
        with transaction() as session:
            return tasks.refresh_listings(session)

    def learn(self) -> None:
        """As the jobs pool does: searches learn of what waits."""
        with reading() as session:
            waiting = session.scalars(text("SELECT product_id FROM search_change")).all()
        feed.learn(waiting)

    def card(self, product_id: UUID) -> Card:
        """The product as an administrator sees it."""
        with reading() as session:
            return get_product(session, product_id, include_hidden=True)

    def names(self, **criteria: Any) -> list[str]:
        """What a list shows, in its order."""
        with reading() as session:
            page = list_products(session, Criteria(**criteria), cursor=None, limit=100)
        return [card.name for card in page.items]

    def facets(self, **criteria: Any) -> dict[str, list[tuple[str, int]]]:
        """What a list offers to narrow it by, and how often."""
        with reading() as session:
            page = list_products(session, Criteria(facets=True, **criteria), cursor=None, limit=1)
        return {
            facet.code: [(one.value, one.count) for one in facet.values]
            for facet in page.facets or []
        }

    def facts(self) -> list[ProductChanged]:
        """What was announced of products, in order."""
        return self.announced(ProductChanged)

    def announced(self, kind: type[F]) -> list[F]:
        """The facts of a kind, in order."""
        with reading() as session:
            rows = session.scalars(
                text("SELECT envelope FROM outbox WHERE type = :type ORDER BY id"),
                {"type": kind.wire_name},
            )
            envelopes: Sequence[str] = rows.all()
        return [
            msgspec.json.decode(
                msgspec.json.encode(msgspec.json.decode(envelope)["data"]), type=kind
            )
            for envelope in envelopes
        ]
