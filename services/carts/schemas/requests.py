"""What callers may say about a cart."""

from typing import Any, get_args

import marshmallow as ma
from marshmallow import validate

from libs.contracts.promotions import COUPON_PATTERN
from libs.http.fields import (
    CountryCode,
    Currency,
    Id,
    Integer,
    MoneyField,
    Schema,
    Text,
)
from services.carts.rules.merging import Strategy

# Far above every sensible setting, so that only the setting decides; but nobody has a whole body of
# items looked up before it does.
_MANY = 1_000_000_000
_MANY_ITEMS = validate.Length(max=5000)
_MANY_COUPONS = validate.Length(max=100)


def coupon_field(**options: Any) -> Text:
    """A code in any case and with spaces around it."""
    letters = validate.Regexp(COUPON_PATTERN, error="Must be a coupon code.")
    return Text(3, 60, strip=True, validate=letters, **options)


class CartAddressSchema(Schema):
    """Where a cart goes."""

    name = Text(1, 200, required=True, metadata={"examples": ["Ada Lovelace"]})
    line1 = Text(1, 200, required=True)
    line2 = Text(0, 200, allow_none=True)
    city = Text(1, 100, required=True)
    region = Text(0, 100, allow_none=True)
    postcode = Text(1, 20, required=True)
    country = CountryCode(required=True)


class CartItemNameSchema(Schema):
    """A variant, named by its `sku` or its `variant_id`."""

    sku = Text(1, 100)
    variant_id = Id("var", metadata={"x-instead-of": "sku"})

    @ma.validates_schema
    def one_name(self, data: dict[str, Any], **_: Any) -> None:
        """Exactly one of the two names."""
        if ("sku" in data) == ("variant_id" in data):
            raise ma.ValidationError("Give either sku or variant_id.", "sku")


class CartItemInputSchema(CartItemNameSchema):
    """So many of a variant."""

    quantity = Integer(minimum=1, maximum=_MANY, required=True)


class CurrentCartItemSchema(CartItemInputSchema):
    """So many of a variant; a cart that has to be made is in this currency."""

    currency = Currency()


class CreateCartSchema(Schema):
    """A new cart; prices come from the shop alone."""

    currency = Currency(required=True)
    items = ma.fields.List(
        ma.fields.Nested(CartItemInputSchema), load_default=list, validate=_MANY_ITEMS
    )
    coupons = ma.fields.List(coupon_field(), load_default=list, validate=_MANY_COUPONS)
    shipping_address = ma.fields.Nested(CartAddressSchema, load_default=None)
    shipping_method = Text(1, 50, load_default=None)


class ChangeCartSchema(Schema):
    """Replaces what is given; null clears."""

    coupons = ma.fields.List(coupon_field(), validate=_MANY_COUPONS)
    shipping_address = ma.fields.Nested(CartAddressSchema, allow_none=True)
    shipping_method = Text(1, 50, allow_none=True)


class ChangeCartItemSchema(Schema):
    """How many of the item the cart shall hold."""

    quantity = Integer(minimum=1, maximum=_MANY, required=True)


class CartCouponInputSchema(Schema):
    """A coupon to use."""

    code = coupon_field(required=True)


class ShippingChoiceSchema(Schema):
    """A shipping method to use."""

    method = Text(1, 50, required=True)


class MergeCartSchema(Schema):
    """What becomes of both carts' lines; the shop has a strategy of its own where none is named."""

    strategy = ma.fields.String(validate=validate.OneOf(get_args(Strategy)))


class FreezeCartSchema(Schema):
    """An order asks for a cart; identifiers are plain UUIDs between services."""

    order_id = ma.fields.UUID(required=True)
    request_key = Text(1, 500, required=True)
    user_id = ma.fields.UUID(load_default=None, allow_none=True)
    cart_token = Text(20, 200, load_default=None, allow_none=True)
    shipping_address = ma.fields.Nested(CartAddressSchema, load_default=None, allow_none=True)
    expected_total = MoneyField(load_default=None, allow_none=True)
