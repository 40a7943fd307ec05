"""What goes into the product routes."""

from typing import Any

import marshmallow as ma

from libs.http.fields import Currency, Flag, Integer, MoneyField, QueryInteger, Schema, Text
from libs.http.paging import PageArgs
from libs.markup import formatted, plain
from libs.money import Money
from services.catalog.rules import product
from services.catalog.rules.attributes import (
    MAX_ATTRIBUTES,
    MAX_CODE,
    MAX_FILTERS,
    MAX_VALUE,
)
from services.catalog.rules.locales import LOCALE
from services.catalog.rules.product import VariantDraft
from services.catalog.rules.text import MAX_SLUG, is_slug

_SORTS = ("name", "-name", "price", "-price", "created_at", "-created_at", "-discount")
_MAX_METADATA = 50


class PlainText(Text):
    """Text without markup; its length counts once the markup is gone."""

    def _deserialize(self, *args: Any, **options: Any) -> str:
        return plain(super()._deserialize(*args, **options))


class FormattedText(Text):
    """Text of which only bare formatting tags are kept."""

    def _deserialize(self, *args: Any, **options: Any) -> str:
        return formatted(super()._deserialize(*args, **options))


class Slug(Text):
    """Lower-case words joined by hyphens."""

    def __init__(self, **options: Any) -> None:
        super().__init__(1, MAX_SLUG, **options)

    def _deserialize(self, *args: Any, **options: Any) -> str:
        slug = super()._deserialize(*args, **options)
        if not is_slug(slug):
            raise ma.ValidationError("Must be lower-case words joined by hyphens.")
        return slug


class QueryFlag(Flag):
    """`true` or `false` in a query."""

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> bool:
        if value not in ("true", "false"):
            raise ma.ValidationError("Must be true or false.")
        return bool(value == "true")


class _Locale(Text):
    """A language to be answered in, if there is a translation; else Accept-Language counts."""

    def __init__(self, **options: Any) -> None:
        super().__init__(validate=ma.validate.Regexp(LOCALE.pattern + r"\Z"), **options)


class DetailArgs(Schema):
    """`include=deleted` shows administrators what is deleted or inactive, too."""

    include = Text(validate=ma.validate.OneOf(["deleted"]))
    locale = _Locale()


class FilterArgs(PageArgs):
    """What lists and searches can be narrowed to; prices in minor units of the currency asked."""

    category = Text(1, MAX_SLUG)
    brand = Text(1, MAX_SLUG)
    price_gte = QueryInteger(minimum=0, data_key="filter[price][gte]")
    price_lte = QueryInteger(minimum=0, data_key="filter[price][lte]")
    discount_gte = QueryInteger(minimum=0, maximum=100, data_key="filter[discount][gte]")
    in_stock = QueryFlag()
    attributes = ma.fields.List(
        Text(3, MAX_CODE + 1 + MAX_VALUE),
        data_key="filter[attribute]",
        load_default=(),
        validate=ma.validate.Length(max=MAX_FILTERS),
        metadata={"description": "`color:red`; several of one attribute: any; numbers: `5..10`."},
    )
    facets = QueryFlag(load_default=False)
    currency = Currency()
    sort = Text(validate=ma.validate.OneOf(_SORTS))
    include = Text(validate=ma.validate.OneOf(["deleted"]))
    locale = _Locale()


class ListProductsArgs(FilterArgs):
    """Filters of the product list."""

    q = Text(1, 200)


class SearchProductsArgs(FilterArgs):
    """Filters of a search; without `sort`, the best match comes first."""

    q = Text(1, 200, required=True)


class HotDealsArgs(PageArgs):
    """The currency whose prices count, and the language."""

    currency = Currency()
    locale = _Locale()


class WriteVariantSchema(Schema):
    """A variant; its SKU says which one it is. The first price is shown by default."""

    sku = Text(1, 64, required=True)
    prices = ma.fields.List(
        MoneyField(maximum=product.MAX_AMOUNT),
        required=True,
        validate=ma.validate.Length(1, product.MAX_PRICES),
    )
    options = ma.fields.Dict(
        PlainText(1, product.MAX_OPTION),
        PlainText(1, product.MAX_OPTION),
        validate=ma.validate.Length(max=product.MAX_OPTIONS),
    )
    barcode = Text(1, 32, allow_none=True)
    weight_g = Integer(minimum=0, maximum=product.MAX_WEIGHT)

    @ma.validates("sku")
    def _check_sku(self, value: str, **_: Any) -> None:
        if not product.SKU.fullmatch(value):
            raise ma.ValidationError("Must be letters, digits and . _ / # + : - within.")

    @ma.validates("barcode")
    def _check_barcode(self, value: str | None, **_: Any) -> None:
        if value is not None and not product.BARCODE.fullmatch(value):
            raise ma.ValidationError("Must be letters and digits.")

    @ma.post_load
    def _draft(self, data: dict[str, Any], **_: Any) -> VariantDraft:
        prices: list[Money] = data["prices"]
        if len({money.currency for money in prices}) != len(prices):
            raise ma.ValidationError("Must name each currency once.", "prices")
        return VariantDraft(**data | {"prices": tuple(prices)})


class ChangeProductSchema(Schema):
    """Fields of a product to be changed; `variants`, when given, is the whole list."""

    name = PlainText(1, product.MAX_NAME)
    slug = Slug()
    description = FormattedText(0, product.MAX_DESCRIPTION)
    category = Slug(allow_none=True)
    brand = Slug(allow_none=True)
    tax_category = Text(1, 60, validate=ma.validate.Regexp(product.TAX_CATEGORY.pattern + r"\Z"))
    status = Text(validate=ma.validate.OneOf(["active", "inactive"]))
    details = ma.fields.Dict(
        Text(1, 80),
        ma.fields.Raw(allow_none=True),
        data_key="metadata",
        validate=ma.validate.Length(max=_MAX_METADATA),
    )
    attributes = ma.fields.Dict(
        Text(1, MAX_CODE),
        ma.fields.Raw(),
        validate=ma.validate.Length(max=MAX_ATTRIBUTES),
    )
    variants = ma.fields.List(
        ma.fields.Nested(WriteVariantSchema), validate=ma.validate.Length(1, product.MAX_VARIANTS)
    )

    @ma.post_load
    def _freeze(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        return data | {"variants": tuple(data["variants"])} if "variants" in data else data


class WriteProductSchema(ChangeProductSchema):
    """A whole product; category and brand by slug."""

    name = PlainText(1, product.MAX_NAME, required=True)
    variants = ma.fields.List(
        ma.fields.Nested(WriteVariantSchema),
        required=True,
        validate=ma.validate.Length(1, product.MAX_VARIANTS),
    )
