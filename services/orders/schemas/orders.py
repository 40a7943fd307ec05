"""What goes in and out over HTTP."""

from typing import Any

import marshmallow as ma

from libs.http.fields import (
    CountryCode,
    Currency,
    Email,
    Id,
    Integer,
    MoneyField,
    Quantity,
    Schema,
    Text,
    Timestamp,
)
from libs.http.paging import PageArgs
from libs.money import Money
from services.orders.models.tables import Order, OrderLine, Return

STATUSES = ("pending", "processing", "shipped", "delivered", "cancelled")


class ShippingAddressSchema(Schema):
    """Where the goods go."""

    name = Text(1, 200, required=True, metadata={"examples": ["Ada Lovelace"]})
    line1 = Text(1, 200, required=True)
    line2 = Text(0, 200, load_default=None, allow_none=True)
    city = Text(1, 100, required=True)
    region = Text(0, 100, load_default=None, allow_none=True)
    postcode = Text(1, 20, required=True)
    country = CountryCode(required=True)


class PaymentMeansSchema(Schema):
    """Which provider, and the token that it gave the buyer's browser; never card data."""

    provider = Text(1, 50, required=True)
    token = Text(1, 200, required=True)


class PlaceOrderSchema(Schema):
    """A cart becomes an order. An address given here replaces the cart's."""

    cart_id = Id("crt", required=True)
    email = Email(required=True)
    shipping_address = ma.fields.Nested(ShippingAddressSchema, load_default=None)
    payment = ma.fields.Nested(PaymentMeansSchema, required=True)
    expected_total = MoneyField(load_default=None)


class OrderFilterSchema(PageArgs):
    """`email` is for operators only."""

    status = Text(load_default=None, validate=ma.validate.OneOf(STATUSES))
    email = Email(load_default=None)


class OrderLineSchema(Schema):
    """A line as it was sold."""

    id = Id("oli")
    variant_id = Id("var")
    product_id = Id("prd")
    sku = Text()
    title = Text()
    quantity = Integer()
    returned = Integer()
    unit_price = MoneyField()
    discount = MoneyField()
    tax = MoneyField()
    included_tax = MoneyField()
    total = MoneyField()


class OrderTotalsSchema(Schema):
    """`total = subtotal - discount + shipping + tax`; `included_tax` is inside the prices."""

    subtotal = MoneyField()
    discount = MoneyField()
    shipping = MoneyField()
    tax = MoneyField()
    included_tax = MoneyField()
    total = MoneyField()
    refunded = MoneyField()


class CancellationSchema(Schema):
    """Why an order ended without a sale."""

    code = Text()
    detail = Text()


class NextActionSchema(Schema):
    """What the buyer has to do before the order can go on."""

    type = Text()
    url = Text()


class OrderSchema(Schema):
    """An order; `number` is given when it is confirmed."""

    id = Id("ord")
    number = Text(allow_none=True)
    status = Text(metadata={"examples": ["processing"]})
    payment_status = Text()
    fulfilment_status = Text()
    cancellation = ma.fields.Nested(CancellationSchema, allow_none=True)
    next_action = ma.fields.Nested(NextActionSchema, allow_none=True)
    cart_id = Id("crt")
    customer_id = Id("usr", allow_none=True)
    email = Text()
    currency = Currency()
    lines = ma.fields.List(ma.fields.Nested(OrderLineSchema))
    totals = ma.fields.Nested(OrderTotalsSchema)
    shipping_address = ma.fields.Dict()
    shipping_method = Text()
    version = Integer()
    created_at = Timestamp()
    confirmed_at = Timestamp(allow_none=True)
    cancelled_at = Timestamp(allow_none=True)

    @ma.pre_dump
    def shape(self, order: Order, **_: Any) -> dict[str, Any]:
        """Money where the table has minor units."""
        plain = {
            name: getattr(order, name) for name in self.declared_fields if hasattr(order, name)
        }
        code, url = order.cancellation_code, order.next_action_url
        return plain | {
            "lines": [_line(line, order.currency) for line in order.lines],
            "totals": _money(order, OrderTotalsSchema, order.currency),
            "cancellation": {"code": code, "detail": order.cancellation_detail} if code else None,
            "next_action": {"type": "redirect", "url": url} if url else None,
        }


class MoveOrderSchema(Schema):
    """What a person may say of the goods."""

    status = Text(required=True, validate=ma.validate.OneOf(("shipped", "delivered")))


class ReturnedPiecesSchema(Schema):
    """How many pieces of which line come back."""

    line_id = Id("oli", required=True)
    quantity = Quantity(maximum=100_000, required=True)


class RequestReturnSchema(Schema):
    """Goods that come back."""

    lines = ma.fields.List(
        ma.fields.Nested(ReturnedPiecesSchema), required=True, validate=ma.validate.Length(1, 1500)
    )
    reason = Text(1, 500, required=True)


class ReturnLineSchema(Schema):
    """Pieces of one line, and what is paid back for them."""

    line_id = Id("oli")
    quantity = Integer()
    amount = MoneyField()


class ReturnSchema(Schema):
    """A return: requested, then refunded or refused."""

    id = Id("ret")
    order_id = Id("ord")
    state = Text()
    reason = Text()
    refusal_code = Text(allow_none=True)
    amount = MoneyField()
    lines = ma.fields.List(ma.fields.Nested(ReturnLineSchema))
    created_at = Timestamp()

    @ma.pre_dump
    def shape(self, found: Return, **_: Any) -> dict[str, Any]:
        """Money where the table has minor units."""
        plain = {
            name: getattr(found, name) for name in self.declared_fields if hasattr(found, name)
        }
        lines = [
            {
                "line_id": line.line_id,
                "quantity": line.quantity,
                "amount": Money(line.amount_minor, found.currency),
            }
            for line in found.lines
        ]
        return plain | {"amount": Money(found.amount_minor, found.currency), "lines": lines}


class ReturnListSchema(Schema):
    """All returns of one order."""

    data = ma.fields.List(ma.fields.Nested(ReturnSchema))


class TimelineEventSchema(Schema):
    """One transition of the order's saga."""

    at = Timestamp()
    event = Text()
    step = Text(allow_none=True)
    phase = Text(allow_none=True)
    outcome = Text(allow_none=True)
    code = Text(allow_none=True)
    detail = Text(allow_none=True)
    attempt = Integer(allow_none=True)
    sent = ma.fields.List(Text())
    status = Text()


class TimelineSchema(Schema):
    """How the order came to its end, step by step."""

    order_id = Id("ord")
    saga = Text()
    status = Text()
    trace_id = Text(allow_none=True)
    data = ma.fields.List(ma.fields.Nested(TimelineEventSchema))


def _line(line: OrderLine, currency: str) -> dict[str, Any]:
    names = ("id", "variant_id", "product_id", "sku", "title", "quantity", "returned")
    return {name: getattr(line, name) for name in names} | _money(line, OrderLineSchema, currency)


def _money(row: Order | OrderLine, schema: type[Schema], currency: str) -> dict[str, Money]:
    return {
        name: Money(getattr(row, f"{name}_minor"), currency)
        for name, field in schema._declared_fields.items()  # marshmallow's list of its own fields
        if isinstance(field, MoneyField)
    }
