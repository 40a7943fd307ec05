"""Products as they are shown: hydrated for a whole page by one statement."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy.orm import Session

from libs.db.statement import Statement
from libs.money import Money
from services.catalog.models.tables import WHOLE_SHOP


class VariantCard(msgspec.Struct, array_like=True, frozen=True):
    """A variant with what it costs in the asked currency, and how many pieces there are."""

    id: UUID
    sku: str
    options: dict[str, str]
    amount: int | None
    currency: str | None
    regular: int | None
    lowest: int | None
    available: int
    barcode: str | None
    weight_g: int
    prices: list[tuple[str, int]]

    @property
    def price(self) -> Money | None:
        """None when the variant is not sold in that currency."""
        return self._money(self.amount)

    @property
    def compare_at(self) -> Money | None:
        """The regular price, while it is reduced."""
        return self._money(self.regular) if self._is_reduced else None

    @property
    def lowest_30_days(self) -> Money | None:
        """The lowest price in the 30 days before the reduction, while there is one."""
        return self._money(self.lowest) if self._is_reduced else None

    @property
    def _is_reduced(self) -> bool:
        return self.amount is not None and self.regular is not None and self.amount < self.regular

    def _money(self, amount: int | None) -> Money | None:
        return None if amount is None or self.currency is None else Money(amount, self.currency)


class Tag(msgspec.Struct, frozen=True):
    """A category or brand, where only its address and name matter."""

    slug: str
    name: str


class Rating(msgspec.Struct, frozen=True):
    """The approved reviews of a product: how many, and their stars added up."""

    count: int
    sum: int

    @property
    def average(self) -> float | None:
        """The mean to two decimals; None as long as nobody has rated the product."""
        return round(self.sum / self.count, 2) if self.count else None


class ImageCard(msgspec.Struct, array_like=True, frozen=True):
    """A picture: width and height of each of its files, the largest first."""

    id: UUID
    alt: str
    sizes: list[tuple[int, int]]


class Card(msgspec.Struct, frozen=True):
    """A product; its price is its cheapest variant's, its discount the best one's, in percent."""

    id: UUID
    slug: str
    name: str
    description: str
    category: Tag | None
    brand: Tag | None
    price: Money
    discount: int
    in_stock: bool
    status: str
    tax_category: str
    details: dict[str, Any]
    attributes: dict[str, Any]
    version: int
    created_at: datetime
    updated_at: datetime
    deleted_at: datetime | None
    rating: Rating
    locale: str | None
    images: list[ImageCard]
    variants: list[VariantCard]


# Without a currency, $2 = '': the product's main one, and for each variant the first of its own.
_hydrate = Statement(
    """
    SELECT p.id, p.slug, coalesce(t.name, p.name), coalesce(t.description, p.description),
        c.slug, c.name, b.slug, b.name,
        l.amount, l.currency, l.discount, l.in_stock, p.status, p.tax_category, p.metadata::text,
        p.attributes::text, p.version, p.created_at, p.updated_at, p.deleted_at,
        coalesce(r.count, 0), coalesce(r.sum, 0), t.locale, image.cards,
        v.cards
    FROM unnest($1::uuid[]) WITH ORDINALITY AS page (id, place)
    JOIN product p ON p.id = page.id
    JOIN listing l ON l.product_id = p.id AND l.shelf_id = $3
        AND CASE WHEN $2::text = '' THEN l.is_main ELSE l.currency = $2::text END
    LEFT JOIN category c ON c.id = p.category_id
    LEFT JOIN brand b ON b.id = p.brand_id
    LEFT JOIN rating r ON r.product_id = p.id
    LEFT JOIN LATERAL (
        SELECT name, description, locale FROM product_translation
        WHERE product_id = p.id AND locale = ANY($4::text[])
        ORDER BY array_position($4::text[], locale) LIMIT 1
    ) t ON true
    CROSS JOIN LATERAL (
        SELECT json_agg(json_build_array(i.id, i.alt, i.sizes) ORDER BY i.position, i.id)::text
        FROM product_image i WHERE i.product_id = p.id AND i.state = 'ready'
    ) image (cards)
    CROSS JOIN LATERAL (
        SELECT json_agg(json_build_array(
            v.id, v.sku, v.options, pr.amount, pr.currency, pr.regular, pr.lowest,
            coalesce(s.available, 0),
            v.barcode, v.weight_g, pr.prices
        ) ORDER BY v.position, v.id)::text AS cards
        FROM variant v
        CROSS JOIN LATERAL (
            SELECT json_agg(json_build_array(x.currency, x.amount) ORDER BY x.position) AS prices,
                (array_agg(coalesce(x.current, x.amount) ORDER BY x.position)
                    FILTER (WHERE x.shown))[1] AS amount,
                (array_agg(x.amount ORDER BY x.position) FILTER (WHERE x.shown))[1] AS regular,
                (array_agg(x.lowest ORDER BY x.position) FILTER (WHERE x.shown))[1] AS lowest,
                (array_agg(x.currency ORDER BY x.position) FILTER (WHERE x.shown))[1] AS currency
            FROM (
                SELECT *, $2::text IN ('', currency) AS shown FROM price WHERE variant_id = v.id
            ) x
        ) pr
        LEFT JOIN stock s ON s.variant_id = v.id
        WHERE v.product_id = p.id AND NOT v.removed
    ) v
    ORDER BY page.place
    """
)

_variants = msgspec.json.Decoder(list[VariantCard])
_images = msgspec.json.Decoder(list[ImageCard])


def hydrate(
    session: Session,
    product_ids: Sequence[UUID],
    currency: str | None,
    locales: Sequence[str] = (),
) -> list[Card]:
    """The cards of these products in this order; those not sold in the currency are left out.

    They are in the first of the languages that there is, else in the shop's own (`locale` None).
    """
    rows = _hydrate.rows(session, list(product_ids), currency or "", WHOLE_SHOP, list(locales))
    return [_card(row) for row in rows]


def _card(row: tuple[Any, ...]) -> Card:
    """The fields of a card are in the order of the SELECT list."""
    category, brand, price = _tag(*row[4:6]), _tag(*row[6:8]), Money(*row[8:10])
    details, attributes = msgspec.json.decode(row[14]), msgspec.json.decode(row[15])
    known = (*row[:4], category, brand, price, *row[10:14], details, attributes, *row[16:20])
    images = _images.decode(row[23]) if row[23] else []
    values = (*known, Rating(*row[20:22]), row[22], images, _variants.decode(row[24]))
    return Card(*values)


def _tag(slug: str | None, name: str | None) -> Tag | None:
    return Tag(slug, name) if slug is not None and name is not None else None
