"""Tax rates and shipping methods over HTTP."""

from typing import Any
from uuid import UUID

from libs.db.page import Page
from libs.db.transaction import reading, transaction
from libs.http import etag
from libs.http.auth import principal
from libs.http.blueprint import Blueprint
from libs.http.operation import access
from libs.http.paging import PageArgs
from services.carts.commands import configuration as commands
from services.carts.models.tables import ShippingMethod, TaxRate
from services.carts.queries import configuration as queries
from services.carts.schemas.configuration import (
    ChangeShippingMethodSchema,
    ChangeTaxRateSchema,
    CreateShippingMethodSchema,
    CreateTaxRateSchema,
    ShippingMethodPageSchema,
    ShippingMethodSchema,
    TaxRatePageSchema,
    TaxRateSchema,
)

tax_rates = Blueprint(
    "tax_rates",
    __name__,
    url_prefix="/api/v1/tax-rates",
    description="Tax by category and country; without any, prices are final.",
)
shipping_methods = Blueprint(
    "shipping_methods",
    __name__,
    url_prefix="/api/v1/shipping-methods",
    description="Ways to send carts, and their prices by zone.",
)
TAX_RATE = "/<id('tax'):rate_id>"
METHOD = "/<id('shm'):method_id>"


@tax_rates.get("")
@access(roles=("admin",))
@tax_rates.arguments(PageArgs, location="query")
@tax_rates.response(200, TaxRatePageSchema)
def list_tax_rates(args: dict[str, Any]) -> Page[TaxRate]:
    """Tax rates by category and country."""
    with reading() as session:
        return queries.list_tax_rates(session, **args)


@tax_rates.post("")
@access(roles=("admin",))
@tax_rates.arguments(CreateTaxRateSchema)
@tax_rates.response(201, TaxRateSchema)
def create_tax_rate(body: dict[str, Any]) -> TaxRate:
    """Tax a category in a country."""
    with transaction() as session:
        return etag.marked(commands.create_tax_rate(session, body))


@tax_rates.get(TAX_RATE)
@access(roles=("admin",))
@tax_rates.response(200, TaxRateSchema)
def get_tax_rate(rate_id: UUID) -> TaxRate:
    """One tax rate."""
    with reading() as session:
        return etag.marked(queries.get_tax_rate(session, rate_id))


@tax_rates.patch(TAX_RATE)
@access(roles=("admin",))
@tax_rates.arguments(ChangeTaxRateSchema)
@tax_rates.response(200, TaxRateSchema)
def change_tax_rate(body: dict[str, Any], rate_id: UUID) -> TaxRate:
    """Change a tax rate."""
    with transaction() as session:
        return etag.marked(commands.change_tax_rate(session, rate_id, body, _check))


@tax_rates.delete(TAX_RATE)
@access(roles=("admin",))
@tax_rates.response(204)
def delete_tax_rate(rate_id: UUID) -> None:
    """Tax it no more."""
    with transaction() as session:
        commands.delete_tax_rate(session, rate_id, etag.check_if_match)


@shipping_methods.get("")
@access(public=True)
@shipping_methods.arguments(PageArgs, location="query")
@shipping_methods.response(200, ShippingMethodPageSchema)
def list_shipping_methods(args: dict[str, Any]) -> Page[ShippingMethod]:
    """Shipping methods in the order they are offered; administrators also see inactive ones."""
    with reading() as session:
        return queries.list_shipping_methods(session, **args, only_active=not _is_admin())


@shipping_methods.post("")
@access(roles=("admin",))
@shipping_methods.arguments(CreateShippingMethodSchema)
@shipping_methods.response(201, ShippingMethodSchema)
def create_shipping_method(body: dict[str, Any]) -> ShippingMethod:
    """Offer a way to send carts."""
    with transaction() as session:
        return etag.marked(commands.create_shipping_method(session, body))


@shipping_methods.get(METHOD)
@access(public=True)
@shipping_methods.response(200, ShippingMethodSchema)
def get_shipping_method(method_id: UUID) -> ShippingMethod:
    """One shipping method."""
    with reading() as session:
        method = queries.get_shipping_method(session, method_id, only_active=not _is_admin())
    return etag.marked(method)


@shipping_methods.patch(METHOD)
@access(roles=("admin",))
@shipping_methods.arguments(ChangeShippingMethodSchema)
@shipping_methods.response(200, ShippingMethodSchema)
def change_shipping_method(body: dict[str, Any], method_id: UUID) -> ShippingMethod:
    """Change a shipping method or its prices."""
    with transaction() as session:
        return etag.marked(commands.change_shipping_method(session, method_id, body, _check))


@shipping_methods.delete(METHOD)
@access(roles=("admin",))
@shipping_methods.response(204)
def delete_shipping_method(method_id: UUID) -> None:
    """Offer it no more."""
    with transaction() as session:
        commands.delete_shipping_method(session, method_id, etag.check_if_match)


def _check(version: int) -> None:
    """Prices and taxes are changed only by who has seen them."""
    etag.check_if_match(version, required=True)


def _is_admin() -> bool:
    return "admin" in principal().roles
