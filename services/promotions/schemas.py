"""What goes into and comes out of promotions' routes."""

from typing import Any

import marshmallow as ma
from marshmallow import validate

from libs.contracts.promotions import COUPON_PATTERN
from libs.http.fields import Currency, Flag, Id, Integer, MoneyField, Schema, Text, Timestamp
from libs.http.paging import page_schema
from services.promotions.queries import CouponOffer

_MAX_COUNT = 1_000_000_000
_CODE = validate.Regexp(COUPON_PATTERN, error="Must be 3 to 40 letters, digits, - or _.")


class ChangePromotionSchema(Schema):
    """Replaces what is given; null takes an end of the validity away."""

    name = Text(1, 200)
    percent_basis_points = Integer(minimum=1, maximum=10_000)
    amount = MoneyField(minimum=1)
    minimum_subtotal = MoneyField()
    starts_at = Timestamp(allow_none=True)
    ends_at = Timestamp(allow_none=True)
    priority = Integer(minimum=-1000, maximum=1000)
    stackable = Flag()
    active = Flag()
    budget = MoneyField(minimum=1)


class CreatePromotionSchema(Schema):
    """A percentage (1000 basis points are 10 %) or a fixed amount off the cart."""

    name = Text(1, 200, required=True)
    kind = ma.fields.String(required=True, validate=validate.OneOf(["percentage", "fixed"]))
    percent_basis_points = Integer(minimum=1, maximum=10_000)
    amount = MoneyField(minimum=1)
    minimum_subtotal = MoneyField()
    starts_at = Timestamp()
    ends_at = Timestamp()
    automatic = Flag(load_default=False)
    priority = Integer(minimum=-1000, maximum=1000, load_default=0)
    stackable = Flag(load_default=False)
    active = Flag(load_default=True)
    budget = MoneyField(minimum=1)


class PromotionSchema(Schema):
    """A promotion; without any amount it holds in every currency."""

    id = Id("pro", required=True)
    name = Text(required=True)
    kind = Text(required=True)
    percent_basis_points = Integer(required=True, allow_none=True)
    amount = MoneyField(required=True, allow_none=True)
    currency = Currency(required=True, allow_none=True)
    minimum_subtotal = MoneyField(required=True, allow_none=True)
    starts_at = Timestamp(required=True, allow_none=True)
    ends_at = Timestamp(required=True, allow_none=True)
    automatic = ma.fields.Boolean(required=True)
    priority = Integer(required=True)
    stackable = ma.fields.Boolean(required=True)
    active = ma.fields.Boolean(required=True)
    budget = MoneyField(required=True, allow_none=True)
    spent = MoneyField(required=True, allow_none=True)
    version = Integer(required=True)
    created_at = Timestamp(required=True)
    updated_at = Timestamp(required=True)


class DiscountSchema(Schema):
    """What everybody gets, without what only the shop needs to know."""

    id = Id("pro", required=True)
    name = Text(required=True)
    kind = Text(required=True)
    percent_basis_points = Integer(required=True, allow_none=True)
    amount = MoneyField(required=True, allow_none=True)
    minimum_subtotal = MoneyField(required=True, allow_none=True)
    starts_at = Timestamp(required=True, allow_none=True)
    ends_at = Timestamp(required=True, allow_none=True)


class ChangeCouponSchema(Schema):
    """Replaces what is given; null takes a limit away."""

    usage_limit = Integer(minimum=1, maximum=_MAX_COUNT, allow_none=True)
    customer_limit = Integer(minimum=1, maximum=_MAX_COUNT, allow_none=True)
    active = Flag()


class CreateCouponSchema(Schema):
    """A code, written in any case; without limits it may be used as often as one likes."""

    code = Text(3, 60, strip=True, required=True, validate=_CODE)
    usage_limit = Integer(minimum=1, maximum=_MAX_COUNT, load_default=None, allow_none=True)
    customer_limit = Integer(minimum=1, maximum=_MAX_COUNT, load_default=None, allow_none=True)
    active = Flag(load_default=True)


class CouponSchema(Schema):
    """A coupon and how often orders use it."""

    id = Id("cpn", required=True)
    promotion_id = Id("pro", required=True)
    code = Text(required=True)
    usage_limit = Integer(required=True, allow_none=True)
    customer_limit = Integer(required=True, allow_none=True)
    active = ma.fields.Boolean(required=True)
    used = Integer(required=True)
    version = Integer(required=True)
    created_at = Timestamp(required=True)


class CouponOfferSchema(DiscountSchema):
    """What a coupon earns."""

    code = Text(required=True)

    @ma.pre_dump
    def shape(self, offer: CouponOffer, **_: Any) -> dict[str, Any]:
        """The promotion's discount, with the code it was asked for by."""
        names = self.fields.keys() - {"code"}
        shown = {name: getattr(offer.promotion, name) for name in names}
        return shown | {"code": offer.coupon.code}


PromotionPageSchema = page_schema(PromotionSchema)
DiscountPageSchema = page_schema(DiscountSchema)
CouponPageSchema = page_schema(CouponSchema)
