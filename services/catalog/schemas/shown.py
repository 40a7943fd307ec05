"""What comes out of the product routes.

A page of products is the hottest answer of the shop, so these schemas document the shape and leave
the dumping to plain functions, some ten times quicker; a test keeps the two equal.
"""

from typing import Any

import marshmallow as ma

from libs.http.fields import (
    Flag,
    Id,
    Integer,
    MoneyField,
    Schema,
    Text,
    Timestamp,
    rfc3339,
)
from libs.http.paging import page_schema
from libs.ids import to_text
from libs.money import Money
from services.catalog.media.choice import address
from services.catalog.queries.cards import Card, ImageCard, Tag, VariantCard
from services.catalog.queries.products import FacetedPage
from services.catalog.schemas.attributes import FacetSchema
from services.catalog.schemas.images import ShownImageSchema

Body = dict[str, Any]


def card_body(card: Card) -> Body:
    """A product as lists show it."""
    return {
        "id": to_text("prd", card.id),
        "slug": card.slug,
        "name": card.name,
        "description": card.description,
        "category": _tag(card.category),
        "brand": _tag(card.brand),
        "price": _money(card.price),
        "discount_percent": card.discount,
        "in_stock": card.in_stock,
        "attributes": card.attributes,
        "rating": {"average": card.rating.average, "count": card.rating.count},
        "images": [_image(image) for image in card.images],
        "variants": [_variant_body(variant) for variant in card.variants],
    }


def product_body(card: Card) -> Body:
    """A product with all that is known of it."""
    return card_body(card) | {
        "status": card.status,
        "tax_category": card.tax_category,
        "metadata": card.details,
        "version": card.version,
        "created_at": rfc3339(card.created_at),
        "updated_at": rfc3339(card.updated_at),
        "deleted_at": rfc3339(card.deleted_at) if card.deleted_at else None,
        "variants": [_variant_detail(variant) for variant in card.variants],
    }


def _variant_body(variant: VariantCard) -> Body:
    return {
        "id": to_text("var", variant.id),
        "sku": variant.sku,
        "options": variant.options,
        "price": _money(variant.price),
        "compare_at": _money(variant.compare_at),
        "lowest_30_days": _money(variant.lowest_30_days),
        "available": variant.available,
    }


def _variant_detail(variant: VariantCard) -> Body:
    return _variant_body(variant) | {
        "barcode": variant.barcode,
        "weight_g": variant.weight_g,
        "prices": [_money(Money(amount, currency)) for currency, amount in variant.prices],
    }


def _image(image: ImageCard) -> Body:
    files = [
        {"url": address(image.id, width), "width": width, "height": height}
        for width, height in image.sizes
    ]
    return {"id": to_text("img", image.id), "alt": image.alt, "files": files}


def _tag(tag: Tag | None) -> Body | None:
    return None if tag is None else {"slug": tag.slug, "name": tag.name}


def _money(money: Money | None) -> Body | None:
    if money is None:
        return None
    return {"amount": money.amount, "currency": money.currency, "decimal": money.decimal}


class TagSchema(Schema):
    """A category or brand, as products name it."""

    slug = Text(required=True)
    name = Text(required=True)


class ProductRatingSchema(Schema):
    """The stars of approved reviews; the average is null as long as there are none."""

    average = ma.fields.Float(required=True, allow_none=True)
    count = Integer(required=True)


class VariantCardSchema(Schema):
    """A variant in a list; its price is null when it is not sold in the asked currency.

    While the price is reduced, `compare_at` is the regular one and `lowest_30_days` the lowest in
    the 30 days before.
    """

    id = Id("var", required=True)
    sku = Text(required=True)
    options = ma.fields.Dict(Text(), Text(), required=True)
    price = MoneyField(required=True, allow_none=True)
    compare_at = MoneyField(required=True, allow_none=True)
    lowest_30_days = MoneyField(required=True, allow_none=True)
    available = Integer(required=True, metadata={"description": "Units that can be sold now."})


class VariantDetailSchema(VariantCardSchema):
    """A variant with all that is known of it; `prices` are the regular ones."""

    barcode = Text(required=True, allow_none=True)
    weight_g = Integer(required=True)
    prices = ma.fields.List(MoneyField(), required=True)


class ProductCardSchema(Schema):
    """A product in a list; its price is that of its cheapest variant."""

    id = Id("prd", required=True)
    slug = Text(required=True)
    name = Text(required=True)
    description = Text(required=True)
    category = ma.fields.Nested(TagSchema, required=True, allow_none=True)
    brand = ma.fields.Nested(TagSchema, required=True, allow_none=True)
    price = MoneyField(required=True)
    discount_percent = Integer(required=True)
    in_stock = Flag(required=True)
    attributes = ma.fields.Dict(Text(), ma.fields.Raw(), required=True)
    rating = ma.fields.Nested(ProductRatingSchema, required=True)
    images = ma.fields.List(ma.fields.Nested(ShownImageSchema), required=True)
    variants = ma.fields.List(ma.fields.Nested(VariantCardSchema), required=True)

    def dump(self, obj: Card, **_: Any) -> Body:
        """Always of one product: pages nest the schema."""
        return card_body(obj)


class ProductSchema(ProductCardSchema):
    """A product with all that is known of it."""

    status = Text(required=True)
    tax_category = Text(required=True)
    metadata = ma.fields.Dict(Text(), ma.fields.Raw(), required=True)
    version = Integer(required=True)
    created_at = Timestamp(required=True)
    updated_at = Timestamp(required=True)
    deleted_at = Timestamp(required=True, allow_none=True)
    variants = ma.fields.List(ma.fields.Nested(VariantDetailSchema), required=True)

    def dump(self, obj: Card, **_: Any) -> Body:
        """Always of one product."""
        return product_body(obj)


class RevisionSchema(Schema):
    """One version of a product as it was announced, and who made it so."""

    version = Integer(required=True)
    action = Text(required=True)
    actor = Id("usr", required=True, allow_none=True)
    at = Timestamp(required=True)
    state = ma.fields.Dict(required=True)


class ProductCardPageSchema(page_schema(ProductCardSchema)):  # type: ignore[misc]  # made by a function
    """A page of products, with facets where they were asked for."""

    facets = ma.fields.List(ma.fields.Nested(FacetSchema))

    @ma.pre_dump
    def _shape(self, page: FacetedPage, **_: Any) -> Body:
        links = {"next": page.next, "prev": page.prev, "has_more": page.next is not None}
        shown = {} if page.facets is None else {"facets": page.facets}
        return {"data": page.items, "page": links} | shown


RevisionPageSchema = page_schema(RevisionSchema)
