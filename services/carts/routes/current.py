"""The caller's current cart over HTTP: the newest open one, for clients that know no other."""

from typing import Any

from libs.db.transaction import reading, transaction
from libs.http import etag
from libs.http.blueprint import Blueprint
from libs.http.operation import access
from libs.service import service_settings
from services.carts.commands import current as commands
from services.carts.commands.carts import NewCart
from services.carts.commands.wishes import Wish
from services.carts.models.current import get_current
from services.carts.models.priced_cart import PricedCart
from services.carts.queries import carts as queries
from services.carts.routes.caller import owner
from services.carts.routes.carts import marked
from services.carts.schemas.carts import CartSchema, NewCartSchema
from services.carts.schemas.requests import (
    CartItemInputSchema,
    CartItemNameSchema,
    CurrentCartItemSchema,
)
from services.carts.settings import CartsSettings

current = Blueprint(
    "current_cart",
    __name__,
    url_prefix="/api/v1/carts/current",
    description="The newest open cart of the caller, whose items are named by sku or variant.",
)


@current.get("")
@access(guest=True, owns="carts")
@current.response(200, CartSchema)
def get_current_cart() -> PricedCart:
    """The caller's current cart, at today's prices."""
    with reading() as session:
        return marked(queries.get_cart(session, get_current(session, owner()), owner()))


@current.post("/items")
@access(guest=True, owns="carts")
@current.arguments(CurrentCartItemSchema)
@current.response(200, NewCartSchema)
def add_to_current_cart(body: dict[str, Any]) -> NewCart:
    """Put so many more into the current cart; the first thing makes one."""
    settings = service_settings(CartsSettings)
    currency = body.pop("currency", settings.currency)
    with transaction() as session:
        made = commands.add_to_current(
            session, owner(), Wish(**body), currency=currency, limits=settings.limits
        )
    marked(made.priced)
    return made


@current.put("/items")
@access(guest=True, owns="carts")
@current.arguments(CartItemInputSchema)
@current.response(200, CartSchema)
def change_in_current_cart(body: dict[str, Any]) -> PricedCart:
    """Hold exactly so many of something that the current cart has."""
    with transaction() as session:
        priced = commands.change_in_current(
            session,
            owner(),
            Wish(**body),
            limits=service_settings(CartsSettings).limits,
            check=etag.check_if_match,
        )
    return marked(priced)


@current.post("/items/remove")
@access(guest=True, owns="carts")
@current.arguments(CartItemNameSchema)
@current.response(200, CartSchema)
def remove_from_current_cart(body: dict[str, Any]) -> PricedCart:
    """Take something out of the current cart."""
    with transaction() as session:
        priced = commands.remove_from_current(
            session, owner(), body.get("sku"), body.get("variant_id"), etag.check_if_match
        )
    return marked(priced)
