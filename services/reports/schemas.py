"""What goes into and comes out of the routes of reports."""

from typing import Any
from zoneinfo import available_timezones

import marshmallow as ma
import msgspec
from marshmallow import validate

from libs.http.fields import Currency, Id, Integer, MoneyField, Schema, Text, Timestamp
from libs.http.paging import PageArgs, PageLinksSchema, PageSchema
from libs.money import Money
from services.reports.queries.report import ReportPage
from services.reports.rules import INTERVALS

_MINOR = "_minor"
# What stands for "none" in a report's order, where nothing may be NULL.
_MAY_BE_BLANK = {"slug", "name", "code", "sku"}
_LEAST = -(10**18)
_BERLIN = {"examples": ["Europe/Berlin"]}


def _timezone(name: str) -> None:
    if name not in available_timezones():
        raise ma.ValidationError("Must be a time zone such as Europe/Berlin.")


class ReportArgs(PageArgs):
    """Days of a time zone, the first and the last included; `format=csv` answers all rows."""

    first = ma.fields.Date(required=True, data_key="from")
    last = ma.fields.Date(required=True, data_key="to")
    timezone = Text(1, 64, load_default="UTC", validate=_timezone, metadata=_BERLIN)
    format = Text(load_default="json", validate=validate.OneOf(["json", "csv"]))


class MoneyReportArgs(ReportArgs):
    """Without `currency` there is a row for each; amounts of two are never added."""

    currency = Currency(load_default=None)


class SalesReportArgs(MoneyReportArgs):
    """What a row stands for."""

    by = Text(load_default="day", validate=validate.OneOf([*INTERVALS, "category"]))


class ReportRangeSchema(Schema):
    """The days that a report is about, and the moments at which they begin and end."""

    first = ma.fields.Date(required=True, data_key="from")
    last = ma.fields.Date(required=True, data_key="to")
    timezone = Text(required=True, metadata=_BERLIN)
    start = Timestamp(required=True)
    end = Timestamp(required=True)


class _RowSchema(Schema):
    @ma.pre_dump
    def _shape(self, row: msgspec.Struct, **_: Any) -> dict[str, Any]:
        return shown(row)


def _money() -> MoneyField:
    return MoneyField(minimum=_LEAST, required=True)


class SalesRowSchema(_RowSchema):
    """What was sold in a period, or of a category; a category's amounts leave shipping out."""

    period = ma.fields.Date(metadata={"description": "first day of a day, week or month"})
    slug = Text(allow_none=True, metadata={"description": "of the category; null for none"})
    name = Text(allow_none=True)
    currency = Currency(required=True)
    orders = Integer(required=True)
    pieces = Integer(required=True)
    subtotal = MoneyField()
    discount = MoneyField()
    shipping = MoneyField()
    tax = MoneyField()
    included_tax = MoneyField()
    total = _money()
    returns = Integer()
    returned = Integer(metadata={"description": "pieces that came back"})
    refunded = _money()
    net = _money()


class ProductRowSchema(_RowSchema):
    """What was sold of a product, shipping left out."""

    product_id = Id("prd", required=True)
    name = Text(required=True)
    currency = Currency(required=True)
    orders = Integer(required=True)
    pieces = Integer(required=True)
    total = _money()
    returned = Integer(required=True)
    refunded = _money()
    net = _money()


class CustomerRowSchema(_RowSchema):
    """What a customer bought; all guests together have no identifier."""

    customer_id = Id("usr", required=True, allow_none=True)
    currency = Currency(required=True)
    orders = Integer(required=True)
    total = _money()
    returns = Integer(required=True)
    refunded = _money()
    net = _money()
    first_order_at = Timestamp(required=True, allow_none=True)
    last_order_at = Timestamp(required=True, allow_none=True)


class StockRowSchema(_RowSchema):
    """How the stock of a variant at a location moved."""

    sku = Text(required=True, allow_none=True)
    location = Text(required=True)
    variant_id = Id("var", required=True)
    opening = Integer(required=True)
    adjusted = Integer(required=True)
    sold = Integer(required=True)
    returned = Integer(required=True)
    transferred = Integer(required=True)
    closing = Integer(required=True)
    times_low = Integer(required=True)
    times_back = Integer(required=True, metadata={"description": "of the variant as a whole"})


class SagaRowSchema(_RowSchema):
    """How many sagas ended so, or run."""

    type = Text(required=True)
    outcome = Text(required=True, metadata={"description": "completed, compensated or running"})
    code = Text(required=True, allow_none=True)
    sagas = Integer(required=True)
    mean_seconds = ma.fields.Float(required=True, allow_none=True)
    longest_seconds = ma.fields.Float(required=True, allow_none=True)


class CouponRowSchema(_RowSchema):
    """What confirmed orders saved by a coupon."""

    code = Text(required=True)
    promotion_id = Id("pro", required=True)
    currency = Currency(required=True)
    uses = Integer(required=True)
    discount = _money()
    orders_total = _money()


class RebuildSchema(Schema):
    """How far the projections have been made anew."""

    id = Id("rbd", required=True)
    state = Text(required=True, metadata={"description": "running or done"})
    replayed = Integer(required=True, metadata={"description": "number of the latest event"})
    until = Integer(required=True, metadata={"description": "number of the last event"})
    requested_at = Timestamp(required=True)
    finished_at = Timestamp(required=True, allow_none=True)


def shown(row: msgspec.Struct) -> dict[str, Any]:
    """The row as people see it: amounts as money of its currency."""
    values: dict[str, Any] = {}
    for name in row.__struct_fields__:
        value = getattr(row, name)
        if name.endswith(_MINOR):
            values[name.removesuffix(_MINOR)] = Money(value, getattr(row, "currency"))  # noqa: B009  # not every row has one
        else:
            values[name] = None if value == "" and name in _MAY_BE_BLANK else value
    return values


def report_schema(item: type[_RowSchema]) -> type[PageSchema]:
    """The schema of a `ReportPage` of those rows: a page, and the range that it is about."""

    def shape(_schema: ma.Schema, page: ReportPage, **_: Any) -> dict[str, Any]:
        links = {"next": page.next, "prev": page.prev, "has_more": page.next is not None}
        return {"range": page.range, "data": page.items, "page": links}

    name = item.__name__.removesuffix("RowSchema")
    members = {
        "range": ma.fields.Nested(ReportRangeSchema, required=True),
        "data": ma.fields.List(ma.fields.Nested(item), required=True),
        "page": ma.fields.Nested(PageLinksSchema, required=True),
        "_shape": ma.pre_dump(shape),
        "__doc__": f"A page of the report on {name.lower()}.",
    }
    return type(f"{name}ReportSchema", (PageSchema,), members)


SalesReportSchema = report_schema(SalesRowSchema)
ProductReportSchema = report_schema(ProductRowSchema)
CustomerReportSchema = report_schema(CustomerRowSchema)
StockReportSchema = report_schema(StockRowSchema)
SagaReportSchema = report_schema(SagaRowSchema)
CouponReportSchema = report_schema(CouponRowSchema)
