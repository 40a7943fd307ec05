"""Reports over HTTP: what administrators ask, as JSON or CSV."""

from typing import Any

from flask import Response

from libs.http.blueprint import Blueprint
from libs.http.operation import access
from services.reports.queries.operations import COUPONS, INVENTORY, SAGAS
from services.reports.queries.report import ReportPage
from services.reports.queries.sales import CUSTOMERS, PRODUCTS, SALES_BY_CATEGORY, SALES_BY_PERIOD
from services.reports.routes.answer import answer
from services.reports.rules import periods, range_of
from services.reports.schemas import (
    CouponReportSchema,
    CustomerReportSchema,
    MoneyReportArgs,
    ProductReportSchema,
    ReportArgs,
    SagaReportSchema,
    SalesReportArgs,
    SalesReportSchema,
    StockReportSchema,
)

reports = Blueprint(
    "reports",
    __name__,
    url_prefix="/api/v1/reports",
    description="Figures from what the other services announced.",
)
_FILE: dict[str, Any] = {
    "responses": {200: {"content": {"text/csv": {"schema": {"type": "string"}}}}}
}


@reports.get("/sales")
@access(roles=("admin",))
@reports.doc(**_FILE)
@reports.arguments(SalesReportArgs, location="query")
@reports.response(200, SalesReportSchema)
def report_sales(args: dict[str, Any]) -> ReportPage | Response:
    """Sales and refunds by day, week, month or category.

    A period without any has no row. Sales count when the order was confirmed, refunds when they
    were made; a product belongs to the category that it is in now.
    """
    if args["by"] == "category":
        return answer(SALES_BY_CATEGORY, args)
    span = range_of(args["first"], args["last"], args["timezone"])
    days = periods(span, args["by"])
    return answer(SALES_BY_PERIOD, args, days=days, starts=[span.midnight(day) for day in days])


@reports.get("/products")
@access(roles=("admin",))
@reports.doc(**_FILE)
@reports.arguments(MoneyReportArgs, location="query")
@reports.response(200, ProductReportSchema)
def report_products(args: dict[str, Any]) -> ReportPage | Response:
    """Sales and refunds by product."""
    return answer(PRODUCTS, args)


@reports.get("/customers")
@access(roles=("admin",))
@reports.doc(**_FILE)
@reports.arguments(MoneyReportArgs, location="query")
@reports.response(200, CustomerReportSchema)
def report_customers(args: dict[str, Any]) -> ReportPage | Response:
    """Sales and refunds by customer, all guests in one row."""
    return answer(CUSTOMERS, args)


@reports.get("/inventory")
@access(roles=("admin",))
@reports.doc(**_FILE)
@reports.arguments(ReportArgs, location="query")
@reports.response(200, StockReportSchema)
def report_inventory(args: dict[str, Any]) -> ReportPage | Response:
    """What lay where before and after, and how it moved in between."""
    return answer(INVENTORY, args)


@reports.get("/sagas")
@access(roles=("admin",))
@reports.doc(**_FILE)
@reports.arguments(ReportArgs, location="query")
@reports.response(200, SagaReportSchema)
def report_sagas(args: dict[str, Any]) -> ReportPage | Response:
    """How the sagas ended that began in the range, and how long they took."""
    return answer(SAGAS, args)


@reports.get("/coupons")
@access(roles=("admin",))
@reports.doc(**_FILE)
@reports.arguments(MoneyReportArgs, location="query")
@reports.response(200, CouponReportSchema)
def report_coupons(args: dict[str, Any]) -> ReportPage | Response:
    """Which coupons confirmed orders used, and what they took off."""
    return answer(COUPONS, args)
