"""What administrators say about tax and shipping, and how it is shown."""

from typing import Any

import marshmallow as ma
from marshmallow import validate

from libs.http.fields import Flag, Id, Integer, Schema, Text
from libs.http.paging import page_schema

_CODE = validate.Regexp(r"[a-z0-9][a-z0-9_-]{0,49}\Z", error="Must be like `express_24`.")
_COUNTRY = validate.Regexp(r"([A-Z]{2}|\*)\Z", error="Must be a country code, or * for all others.")
_CURRENCY = validate.Regexp(r"([A-Z]{3}|\*)\Z", error="Must be a currency, or * for all others.")
_MAX_MINOR = 10**12


class ChangeTaxRateSchema(Schema):
    """Replaces what is given; 1900 basis points are 19 %."""

    rate_basis_points = Integer(minimum=0, maximum=10_000)
    inclusive = Flag()


class CreateTaxRateSchema(Schema):
    """Tax of a category in a country; `inclusive`: the prices contain it."""

    category = Text(1, 50, required=True, validate=_CODE)
    country = Text(1, 2, required=True, validate=_COUNTRY)
    rate_basis_points = Integer(minimum=0, maximum=10_000, required=True)
    inclusive = Flag(required=True)


class TaxRateSchema(Schema):
    """Tax of a category in a country; country `*` stands for all that have no rate."""

    id = Id("tax", required=True)
    category = Text(required=True)
    country = Text(required=True)
    rate_basis_points = Integer(required=True)
    inclusive = ma.fields.Boolean(required=True)
    version = Integer(required=True)


class ShippingRateSchema(Schema):
    """The price in the countries of a zone, in minor units; `*` stands for all others."""

    countries = ma.fields.List(
        Text(1, 2, validate=_COUNTRY), required=True, validate=validate.Length(1, 300)
    )
    currency = Text(1, 3, required=True, validate=_CURRENCY)
    price_minor = Integer(minimum=0, maximum=_MAX_MINOR, required=True)
    free_over_minor = Integer(minimum=0, maximum=_MAX_MINOR, load_default=None, allow_none=True)


def _rates(**options: Any) -> ma.fields.Field[Any]:
    return ma.fields.List(
        ma.fields.Nested(ShippingRateSchema), validate=validate.Length(1, 200), **options
    )


class ChangeShippingMethodSchema(Schema):
    """Replaces what is given."""

    name = Text(1, 100)
    position = Integer(minimum=0, maximum=10_000)
    active = Flag()
    rates = _rates()


class CreateShippingMethodSchema(Schema):
    """A way to send carts; the active one of lowest position is the default."""

    code = Text(1, 50, required=True, validate=_CODE)
    name = Text(1, 100, required=True)
    position = Integer(minimum=0, maximum=10_000, load_default=100)
    active = Flag(load_default=True)
    rates = _rates(required=True)


class ShippingMethodSchema(Schema):
    """A way to send carts."""

    id = Id("shm", required=True)
    code = Text(required=True)
    name = Text(required=True)
    position = Integer(required=True)
    active = ma.fields.Boolean(required=True)
    rates = _rates(required=True)
    version = Integer(required=True)


TaxRatePageSchema = page_schema(TaxRateSchema)
ShippingMethodPageSchema = page_schema(ShippingMethodSchema)
