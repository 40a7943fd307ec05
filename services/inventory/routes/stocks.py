"""Stock levels over HTTP."""

from typing import Any
from uuid import UUID

from libs.db.page import Page
from libs.db.transaction import reading, transaction
from libs.http import etag
from libs.http.blueprint import PROBLEM_REFERENCE, Blueprint
from libs.http.operation import access
from libs.http.paging import PageArgs
from services.inventory import queries
from services.inventory.commands import adjustments
from services.inventory.models import StockLevel
from services.inventory.routes.caller import actor
from services.inventory.schemas import (
    ChangeStockSchema,
    ManagedStockPageSchema,
    ManagedStockSchema,
    StockArgs,
    StockHistoryPageSchema,
    StockPageSchema,
    StockSchema,
)

stocks = Blueprint(
    "stocks",
    __name__,
    url_prefix="/api/v1/inventory/stocks",
    description="How much of each variant lies where.",
)


@stocks.get("")
@access(public=True)
@stocks.arguments(StockArgs, location="query")
@stocks.response(200, StockPageSchema)
def list_stocks(args: dict[str, Any]) -> Page[StockLevel]:
    """Stock levels, by sku and location if asked."""
    with reading() as session:
        return queries.list_stocks(session, **args)


@stocks.get("/by-product/<id('prd'):product_id>")
@access(public=True)
@stocks.arguments(PageArgs, location="query")
@stocks.response(200, StockPageSchema)
def list_product_stocks(args: dict[str, Any], product_id: UUID) -> Page[StockLevel]:
    """Stock levels of all variants of a product."""
    with reading() as session:
        return queries.list_product_stocks(session, product_id, **args)


@stocks.get("/low-stock")
@access(roles=("admin",))
@stocks.arguments(PageArgs, location="query")
@stocks.response(200, ManagedStockPageSchema)
def list_low_stock(args: dict[str, Any]) -> Page[StockLevel]:
    """Stock levels at or below their threshold."""
    with reading() as session:
        return queries.list_low_stock(session, **args)


@stocks.get("/<id('stk'):stock_id>")
@access(public=True)
@stocks.response(200, StockSchema)
def get_stock(stock_id: UUID) -> StockLevel:
    """One stock level."""
    with reading() as session:
        level = queries.get_stock(session, stock_id)
    etag.check_if_none_match(level.version)
    return level


@stocks.get("/<id('stk'):stock_id>/history")
@access(roles=("admin",))
@stocks.arguments(PageArgs, location="query")
@stocks.response(200, StockHistoryPageSchema)
def list_stock_history(args: dict[str, Any], stock_id: UUID) -> Page[queries.Entry]:
    """What changed a stock level and what lay there then, newest first."""
    with reading() as session:
        return queries.list_history(session, stock_id, **args)


@stocks.patch("/<id('stk'):stock_id>")
@access(roles=("admin",))
@stocks.arguments(ChangeStockSchema)
@stocks.alt_response(428, PROBLEM_REFERENCE)
@stocks.response(200, ManagedStockSchema)
def change_stock(body: dict[str, Any], stock_id: UUID) -> StockLevel:
    """Adjust or recount a stock level, or set its threshold and whether it takes backorders.

    A recount needs If-Match, since it overwrites what the keeper saw.
    """
    with transaction() as session:
        level = adjustments.lock_level(session, stock_id)
        etag.check_if_match(level.version, required="on_hand" in body)
        adjustments.change_level(session, level, body, actor=actor())
        return etag.marked(queries.get_stock(session, stock_id))
