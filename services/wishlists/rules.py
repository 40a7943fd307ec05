"""What an article is and whether a customer still has to wait for it: without I/O."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from libs.money import Money

AlertKind = Literal["back_in_stock", "price_drop"]
KINDS: tuple[AlertKind, ...] = ("back_in_stock", "price_drop")


@dataclass(frozen=True)
class Variant:
    """A thing that can be bought; prices in minor units by currency."""

    id: UUID
    sku: str
    title: str
    active: bool
    prices: Mapping[str, int]
    available: int


@dataclass(frozen=True)
class Article:
    """A product with all its variants, or narrowed to one of them."""

    product_id: UUID
    slug: str
    name: str
    active: bool
    variants: tuple[Variant, ...]
    variant_id: UUID | None = None

    def narrowed(self, variant_id: UUID | None) -> "Article":
        """The same with that variant alone; None leaves the choice open."""
        if variant_id is None:
            return self
        alone = tuple(variant for variant in self.variants if variant.id == variant_id)
        return Article(self.product_id, self.slug, self.name, self.active, alone, variant_id)

    @property
    def offers(self) -> tuple[Variant, ...]:
        """The variants that are sold now, in stock or not."""
        return tuple(variant for variant in self.variants if self.active and variant.active)

    @property
    def in_stock(self) -> bool:
        """Whether one of them can be promised."""
        return any(offer.available > 0 for offer in self.offers)

    @property
    def lowest(self) -> dict[str, int]:
        """The lowest price per currency among what is sold."""
        found: dict[str, int] = {}
        for offer in self.offers:
            for currency, amount in offer.prices.items():
                found[currency] = min(amount, found.get(currency, amount))
        return dict(sorted(found.items()))

    @property
    def prices(self) -> tuple[Money, ...]:
        """The same as money."""
        return tuple(Money(amount, currency) for currency, amount in self.lowest.items())

    @property
    def title(self) -> str:
        """The variant's own title where one is meant and has one, else the product's name."""
        return (self._only.title if self._only else "") or self.name

    @property
    def sku(self) -> str | None:
        """The variant's, where one is meant."""
        return self._only.sku if self._only else None

    @property
    def _only(self) -> Variant | None:
        return self.variants[0] if self.variant_id and self.variants else None
