"""What goes into and comes out of the price list routes."""

from typing import Any

import marshmallow as ma

from libs.http.fields import Currency, Flag, Id, Integer, MoneyField, Schema, Text, Timestamp
from libs.http.paging import page_schema
from services.catalog.rules import product
from services.catalog.schemas.products import PlainText, Slug

_MAX_PRICES = 500


class ChangePriceListSchema(Schema):
    """What to change of a price list; without an end it stays."""

    name = PlainText(1, 120)
    priority = Integer(minimum=0, maximum=1_000_000)
    starts_at = Timestamp()
    ends_at = Timestamp(allow_none=True)


class CreatePriceListSchema(ChangePriceListSchema):
    """A price list; it starts at once unless a time is given."""

    code = Slug(required=True, metadata={"examples": ["summer-sale"]})
    name = PlainText(1, 120, required=True)
    priority = Integer(minimum=0, maximum=1_000_000, load_default=0)
    ends_at = Timestamp(allow_none=True, load_default=None)


class PriceListSchema(Schema):
    """Prices that replace the regular ones; `in_force`: its products have them now."""

    id = Id("prl", required=True)
    code = Text(required=True)
    name = Text(required=True)
    priority = Integer(required=True)
    starts_at = Timestamp(required=True)
    ends_at = Timestamp(required=True, allow_none=True)
    in_force = Flag(required=True)
    version = Integer(required=True)
    created_at = Timestamp(required=True)
    updated_at = Timestamp(required=True)


class SetPriceSchema(Schema):
    """The price of one variant, or null with the currency whose price goes."""

    sku = Text(1, 64, required=True)
    currency = Currency(required=True)
    amount = Integer(minimum=0, maximum=product.MAX_AMOUNT, required=True, allow_none=True)


class SetPricesSchema(Schema):
    """Some prices of a list; the others stay."""

    prices = ma.fields.List(
        ma.fields.Nested(SetPriceSchema),
        required=True,
        validate=ma.validate.Length(1, _MAX_PRICES),
    )

    @ma.validates("prices")
    def _check_prices(self, value: list[dict[str, Any]], **_: Any) -> None:
        if len({(price["sku"], price["currency"]) for price in value}) != len(value):
            raise ma.ValidationError("Must name each SKU and currency once.")


class ListedPriceSchema(Schema):
    """What a list asks for a variant."""

    sku = Text(required=True)
    price = MoneyField(required=True)


class PastPriceSchema(ListedPriceSchema):
    """What a variant has cost since when."""

    since = Timestamp(required=True)


PriceListPageSchema = page_schema(PriceListSchema)
ListedPricePageSchema = page_schema(ListedPriceSchema)
PastPricePageSchema = page_schema(PastPriceSchema)
