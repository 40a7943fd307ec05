"""What goes into and comes out of the collection and translation routes."""

import marshmallow as ma

from libs.http.fields import Currency, Flag, Id, Integer, Schema, Text, Timestamp
from libs.http.paging import PageArgs, page_schema
from services.catalog.rules import attributes, product
from services.catalog.rules.locales import LOCALE
from services.catalog.schemas.products import FormattedText, PlainText, Slug

_MAX_PRODUCTS = 1_000


class CollectionRuleSchema(Schema):
    """What a product needs to be in the collection; prices in minor units of the currency."""

    category = Slug()
    brand = Slug()
    price_gte = Integer(minimum=0)
    price_lte = Integer(minimum=0)
    discount_gte = Integer(minimum=0, maximum=100)
    in_stock = Flag()
    currency = Currency()
    attributes = ma.fields.List(
        Text(3, attributes.MAX_CODE + 1 + attributes.MAX_VALUE),
        validate=ma.validate.Length(max=attributes.MAX_FILTERS),
    )


class ChangeCollectionSchema(Schema):
    """What to change of a collection; a rule of null leaves it to somebody's choice."""

    name = PlainText(1, 120)
    slug = Slug()
    description = FormattedText(0, product.MAX_DESCRIPTION)
    rule = ma.fields.Nested(CollectionRuleSchema, allow_none=True)


class CreateCollectionSchema(ChangeCollectionSchema):
    """A collection; its slug is made from its name when none is given."""

    name = PlainText(1, 120, required=True)
    description = FormattedText(0, product.MAX_DESCRIPTION, load_default="")
    rule = ma.fields.Nested(CollectionRuleSchema, allow_none=True, load_default=None)


class FillCollectionSchema(Schema):
    """All products of a collection, in their order."""

    products = ma.fields.List(
        Id("prd"), required=True, validate=ma.validate.Length(max=_MAX_PRODUCTS)
    )


class CollectionSchema(Schema):
    """A collection of products."""

    id = Id("col", required=True)
    slug = Text(required=True)
    name = Text(required=True)
    description = Text(required=True)
    rule = ma.fields.Nested(CollectionRuleSchema, required=True, allow_none=True)
    version = Integer(required=True)
    created_at = Timestamp(required=True)
    updated_at = Timestamp(required=True)


class CollectedArgs(PageArgs):
    """The currency whose prices count, and the language."""

    currency = Currency()
    locale = Text(validate=ma.validate.Regexp(LOCALE.pattern + r"\Z"))


class TranslateSchema(Schema):
    """Name and description in one language."""

    name = PlainText(1, product.MAX_NAME, required=True)
    description = FormattedText(0, product.MAX_DESCRIPTION, load_default="")


class ProductTranslationSchema(Schema):
    """A product in one language."""

    locale = Text(required=True)
    name = Text(required=True)
    description = Text(required=True)
    updated_at = Timestamp(required=True)


class ProductTranslationsSchema(Schema):
    """All translations of a product, by language."""

    data = ma.fields.List(ma.fields.Nested(ProductTranslationSchema), required=True)


CollectionPageSchema = page_schema(CollectionSchema)
