"""What goes into and comes out of the routes of coupons."""

from typing import Any

import marshmallow as ma
from marshmallow import validate

from libs.contracts.promotions import COUPON_PATTERN
from libs.http.fields import Flag, Id, Integer, Schema, Text, Timestamp
from libs.http.paging import page_schema
from services.promotions.queries.coupons import CouponOffer
from services.promotions.schemas.promotions import DiscountSchema

_MAX_COUNT = 1_000_000_000
_CODE = validate.Regexp(COUPON_PATTERN, error="Must be 3 to 40 letters, digits, - or _.")
# Nothing that a spreadsheet could take for a formula.
_PREFIX = validate.Regexp(
    r"([A-Z0-9][A-Z0-9-]*)?\Z", error="Must be capital letters and digits, and - between."
)


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
    batch_id = Id("cpb", required=True, allow_none=True)
    code = Text(required=True)
    usage_limit = Integer(required=True, allow_none=True)
    customer_limit = Integer(required=True, allow_none=True)
    active = ma.fields.Boolean(required=True)
    used = Integer(required=True)
    version = Integer(required=True)
    created_at = Timestamp(required=True)


class CreateCouponBatchSchema(Schema):
    """So many codes of the prefix and twelve random letters; each may be used once unless said
    otherwise."""

    quantity = Integer(minimum=1, maximum=100_000, required=True)
    prefix = Text(0, 20, load_default="", validate=_PREFIX, metadata={"examples": ["XMAS-"]})
    usage_limit = Integer(minimum=1, maximum=_MAX_COUNT, load_default=1, allow_none=True)
    customer_limit = Integer(minimum=1, maximum=_MAX_COUNT, load_default=None, allow_none=True)


class CouponBatchSchema(Schema):
    """A batch and how many of its codes are made; all of them once it is finished."""

    id = Id("cpb", required=True)
    promotion_id = Id("pro", required=True)
    prefix = Text(0, required=True)
    quantity = Integer(required=True)
    issued = Integer(required=True)
    usage_limit = Integer(required=True, allow_none=True)
    customer_limit = Integer(required=True, allow_none=True)
    created_at = Timestamp(required=True)
    finished_at = Timestamp(required=True, allow_none=True)


class CouponOfferSchema(DiscountSchema):
    """What a coupon earns."""

    code = Text(required=True)

    @ma.pre_dump
    def shape(self, offer: CouponOffer, **_: Any) -> dict[str, Any]:
        """The promotion's discount, with the code it was asked for by."""
        names = self.fields.keys() - {"code"}
        shown = {name: getattr(offer.promotion, name) for name in names}
        return shown | {"code": offer.coupon.code}


CouponPageSchema = page_schema(CouponSchema)
CouponBatchPageSchema = page_schema(CouponBatchSchema)
