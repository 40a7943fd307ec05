"""Price lists over HTTP."""

from typing import Any

from flask import Response

from libs.db.page import Page
from libs.db.transaction import reading, transaction
from libs.http import etag
from libs.http.blueprint import Blueprint
from libs.http.idempotency import once
from libs.http.operation import access, idempotent
from libs.http.paging import PageArgs
from libs.money import Money
from services.catalog.commands import price_lists as commands
from services.catalog.models.tables import PriceList
from services.catalog.queries import pricing as queries
from services.catalog.queries.pricing import ListedPrice
from services.catalog.schemas.pricing import (
    ChangePriceListSchema,
    CreatePriceListSchema,
    ListedPricePageSchema,
    PriceListPageSchema,
    PriceListSchema,
    SetPricesSchema,
)

price_lists = Blueprint(
    "price_lists", __name__, url_prefix="/api/v1/price-lists", description="Prices for a time."
)


@price_lists.get("")
@access(roles=("admin",))
@price_lists.arguments(PageArgs, location="query")
@price_lists.response(200, PriceListPageSchema)
def list_price_lists(args: dict[str, Any]) -> Page[PriceList]:
    """All price lists by code."""
    with reading() as session:
        return queries.list_price_lists(session, **args)


@price_lists.get("/<code>")
@access(roles=("admin",))
@price_lists.response(200, PriceListSchema)
def get_price_list(code: str) -> PriceList:
    """A price list by its code."""
    with reading() as session:
        found = queries.get_price_list(session, code)
    etag.check_if_none_match(found.version)
    return found


@price_lists.post("")
@access(roles=("admin",))
@idempotent(required=False)
@price_lists.arguments(CreatePriceListSchema)
@price_lists.response(201, PriceListSchema)
def create_price_list(body: dict[str, Any]) -> Response:
    """Add a price list."""

    def work() -> PriceList:
        return commands.create_price_list(session, **body)

    with transaction() as session:
        return once(session, work, schema=PriceListSchema, location=_address)


@price_lists.patch("/<code>")
@access(roles=("admin",))
@price_lists.arguments(ChangePriceListSchema)
@price_lists.response(200, PriceListSchema)
def change_price_list(body: dict[str, Any], code: str) -> PriceList:
    """Change when a price list is in force, or which one it goes before."""
    with transaction() as session:
        found = commands.lock_price_list(session, code)
        etag.check_if_match(found.version)
        commands.change_price_list(session, found, body)
        return etag.marked(found)


@price_lists.delete("/<code>")
@access(roles=("admin",))
@price_lists.response(204)
def delete_price_list(code: str) -> None:
    """Remove a price list that is not in force."""
    with transaction() as session:
        found = commands.lock_price_list(session, code)
        etag.check_if_match(found.version)
        commands.delete_price_list(session, found)


@price_lists.get("/<code>/prices")
@access(roles=("admin",))
@price_lists.arguments(PageArgs, location="query")
@price_lists.response(200, ListedPricePageSchema)
def list_prices_of_list(args: dict[str, Any], code: str) -> Page[ListedPrice]:
    """What a price list asks for which variants."""
    with reading() as session:
        return queries.list_prices(session, code, **args)


@price_lists.put("/<code>/prices")
@access(roles=("admin",))
@price_lists.arguments(SetPricesSchema)
@price_lists.response(200, PriceListSchema)
def set_prices_of_list(body: dict[str, Any], code: str) -> PriceList:
    """Set some prices of a list, or take them out; products follow within seconds."""
    prices = [(price["sku"], price["currency"], _money(price)) for price in body["prices"]]
    with transaction() as session:
        found = commands.lock_price_list(session, code)
        etag.check_if_match(found.version)
        commands.set_prices(session, found, prices)
        return etag.marked(found)


def _money(price: dict[str, Any]) -> Money | None:
    return None if price["amount"] is None else Money(price["amount"], price["currency"])


def _address(found: PriceList) -> str:
    return f"/api/v1/price-lists/{found.code}"
