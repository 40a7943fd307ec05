"""How a cart is shown."""

from typing import Any

import marshmallow as ma
import msgspec

from libs.http.fields import Currency, Id, Integer, MoneyField, Schema, Text, Timestamp
from libs.http.paging import page_schema
from libs.money import Money
from services.carts.commands.carts import NewCart
from services.carts.commands.merge import MergedCart
from services.carts.models.priced_cart import PricedCart
from services.carts.schemas.requests import CartAddressSchema

_MINOR = "_minor"


class CartItemSchema(Schema):
    """An item and what it comes to; `sku` is null when the shop does not know it any more."""

    id = Id("itm", required=True, attribute="item_id")
    variant_id = Id("var", required=True)
    product_id = Id("prd", required=True, allow_none=True)
    sku = Text(required=True, allow_none=True)
    title = Text(0, 1000, required=True, allow_none=True)
    quantity = Integer(required=True)
    unit_price = MoneyField(required=True)
    discount = MoneyField(required=True)
    tax = MoneyField(required=True)
    included_tax = MoneyField(required=True)
    total = MoneyField(required=True)


class CartTotalsSchema(Schema):
    """`total = subtotal - discount + shipping + tax`; `included_tax` is inside the prices."""

    subtotal = MoneyField(required=True)
    discount = MoneyField(required=True)
    shipping = MoneyField(required=True)
    tax = MoneyField(required=True)
    included_tax = MoneyField(required=True)
    total = MoneyField(required=True)


class CartDiscountSchema(Schema):
    """What a promotion takes off the goods, or the shipping, which is shown as what it then costs;
    `code` is the coupon that earned it."""

    promotion_id = Id("pro", required=True)
    name = Text(required=True)
    code = Text(required=True, allow_none=True)
    target = Text(required=True, validate=ma.validate.OneOf(["goods", "shipping"]))
    discount = MoneyField(required=True)


class CartProblemSchema(Schema):
    """Something to settle before the cart can become an order."""

    code = Text(required=True)
    detail = Text(1, 1000, required=True)
    item_id = Text()
    sku = Text()
    available = Integer()
    coupon = Text()


class CartSchema(Schema):
    """A cart with its price and what is still to be settled."""

    id = Id("crt", required=True)
    user_id = Id("usr", required=True, allow_none=True)
    status = Text(required=True)
    order_id = Id("ord", required=True, allow_none=True)
    currency = Currency(required=True)
    items = ma.fields.List(ma.fields.Nested(CartItemSchema), required=True)
    coupons = ma.fields.List(Text(), required=True)
    discounts = ma.fields.List(ma.fields.Nested(CartDiscountSchema), required=True)
    shipping_address = ma.fields.Nested(CartAddressSchema, required=True, allow_none=True)
    shipping_method = Text(required=True, allow_none=True)
    totals = ma.fields.Nested(CartTotalsSchema, required=True)
    problems = ma.fields.List(ma.fields.Nested(CartProblemSchema), required=True)
    version = Integer(required=True)
    created_at = Timestamp(required=True)
    updated_at = Timestamp(required=True)

    @ma.pre_dump
    def shape(self, priced: PricedCart, **_: Any) -> dict[str, Any]:
        """The cart's own row and its price, side by side."""
        return _document(priced)


class NewCartSchema(CartSchema):
    """A cart that was just made; a guest keeps the `session_token`, it is never shown again."""

    session_token = Text(required=True, allow_none=True)

    @ma.pre_dump
    def shape(self, made: NewCart, **_: Any) -> dict[str, Any]:
        """The cart and its token."""
        return _document(made.priced) | {"session_token": made.session_token}


class LeftOutSchema(Schema):
    """Pieces that are not in the merged cart, and whose they were."""

    variant_id = Id("var", required=True)
    quantity = Integer(required=True)
    source = Text(required=True)


class MergedCartSchema(CartSchema):
    """The user's cart after a merge; nothing is left out without being listed here."""

    left_out = ma.fields.List(ma.fields.Nested(LeftOutSchema), required=True)

    @ma.pre_dump
    def shape(self, merged: MergedCart, **_: Any) -> dict[str, Any]:
        """The cart and what is not in it."""
        return _document(merged.priced) | {"left_out": merged.left_out}


CartPageSchema = page_schema(CartSchema)


def _document(priced: PricedCart) -> dict[str, Any]:
    cart = priced.cart
    return {
        "id": cart.id,
        "user_id": cart.user_id,
        "status": "open" if cart.lapsed else cart.status,
        "order_id": cart.held_by,
        "currency": cart.currency,
        "items": [_amounts(item, cart.currency) for item in priced.items],
        "coupons": cart.coupons,
        "discounts": [_amounts(discount, cart.currency) for discount in priced.discounts],
        "shipping_address": cart.shipping_address,
        "shipping_method": priced.shipping_method,
        "totals": _amounts(priced.totals, cart.currency),
        "problems": [problem.document() for problem in priced.problems],
        "version": cart.version,
        "created_at": cart.created_at,
        "updated_at": cart.updated_at,
    }


def _amounts(struct: msgspec.Struct, currency: str) -> dict[str, Any]:
    """Its fields, with `x_minor` as the money `x`."""
    return {
        name.removesuffix(_MINOR): Money(value, currency) if name.endswith(_MINOR) else value
        for name, value in msgspec.structs.asdict(struct).items()
    }
