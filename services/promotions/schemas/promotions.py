"""What goes into and comes out of the routes of promotions."""

from typing import Any, get_args

import marshmallow as ma
from marshmallow import validate

from libs.contracts.promotions import PromotionKind, Scope
from libs.http.fields import Currency, Flag, Id, Integer, MoneyField, Schema, Text, Timestamp
from libs.http.paging import page_schema

_KINDS = validate.OneOf(get_args(PromotionKind))
_MAX_PIECES = 1000
_MAX_NAMES = 50


class PromotionScopeSchema(Schema):
    """These products and all products of these categories; of none of both: everything."""

    category_ids = ma.fields.List(
        Id("cat"), load_default=list, validate=validate.Length(max=_MAX_NAMES)
    )
    product_ids = ma.fields.List(
        Id("prd"), load_default=list, validate=validate.Length(max=_MAX_NAMES)
    )

    @ma.post_load
    def scope(self, data: dict[str, Any], **_: Any) -> Scope:
        """Each name once, in the order given."""
        return Scope(**{name: tuple(dict.fromkeys(ids)) for name, ids in data.items()})


def _scope(**options: Any) -> ma.fields.Nested:
    return ma.fields.Nested(PromotionScopeSchema, **options)


def _groups(**options: Any) -> ma.fields.List[str]:
    return ma.fields.List(Text(1, 64), validate=validate.Length(max=_MAX_NAMES), **options)


def _pieces() -> Integer:
    return Integer(minimum=1, maximum=_MAX_PIECES)


class ChangePromotionSchema(Schema):
    """Replaces what is given; null takes an end of the validity away."""

    name = Text(1, 200)
    percent_basis_points = Integer(minimum=1, maximum=10_000)
    amount = MoneyField(minimum=1)
    scope = _scope()
    buy_quantity = _pieces()
    get_quantity = _pieces()
    reward = _scope(allow_none=True)
    minimum_subtotal = MoneyField()
    customer_groups = _groups()
    first_order = Flag()
    starts_at = Timestamp(allow_none=True)
    ends_at = Timestamp(allow_none=True)
    priority = Integer(minimum=-1000, maximum=1000)
    stackable = Flag()
    active = Flag()
    budget = MoneyField(minimum=1)


class CreatePromotionSchema(Schema):
    """A percentage (1000 basis points are 10 %) or a fixed amount off the things in `scope`, pieces
    of `reward` that come with others of `scope`, free unless a percentage is given, or free
    shipping."""

    name = Text(1, 200, required=True)
    kind = ma.fields.String(required=True, validate=_KINDS)
    percent_basis_points = Integer(minimum=1, maximum=10_000)
    amount = MoneyField(minimum=1)
    scope = _scope(load_default=Scope)
    buy_quantity = _pieces()
    get_quantity = _pieces()
    reward = _scope(load_default=None, allow_none=True)
    minimum_subtotal = MoneyField()
    customer_groups = _groups(load_default=list)
    first_order = Flag(load_default=False)
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
    scope = _scope(required=True)
    buy_quantity = Integer(required=True, allow_none=True)
    get_quantity = Integer(required=True, allow_none=True)
    reward = _scope(required=True, allow_none=True)
    minimum_subtotal = MoneyField(required=True, allow_none=True)
    customer_groups = _groups(required=True)
    first_order = ma.fields.Boolean(required=True)
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
    scope = _scope(required=True)
    buy_quantity = Integer(required=True, allow_none=True)
    get_quantity = Integer(required=True, allow_none=True)
    reward = _scope(required=True, allow_none=True)
    minimum_subtotal = MoneyField(required=True, allow_none=True)
    first_order = ma.fields.Boolean(required=True)
    starts_at = Timestamp(required=True, allow_none=True)
    ends_at = Timestamp(required=True, allow_none=True)


PromotionPageSchema = page_schema(PromotionSchema)
DiscountPageSchema = page_schema(DiscountSchema)
