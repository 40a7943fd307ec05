"""The items of a cart over HTTP."""

from typing import Any
from uuid import UUID

from libs.db.transaction import transaction
from libs.http import etag
from libs.http.blueprint import Blueprint
from libs.http.operation import access
from libs.service import service_settings
from services.carts.commands import items as commands
from services.carts.commands.wishes import Wish
from services.carts.models.priced_cart import PricedCart
from services.carts.routes.caller import owner
from services.carts.routes.carts import marked
from services.carts.schemas.carts import CartSchema
from services.carts.schemas.requests import CartItemInputSchema, ChangeCartItemSchema
from services.carts.settings import CartsSettings

items = Blueprint(
    "cart_items",
    __name__,
    url_prefix="/api/v1/carts/<id('crt'):cart_id>/items",
    description="What is in a cart. Every change answers with the whole cart.",
)
ONE = "/<id('itm'):item_id>"


@items.post("")
@access(guest=True, owns="carts")
@items.arguments(CartItemInputSchema)
@items.response(200, CartSchema)
def add_cart_item(body: dict[str, Any], cart_id: UUID) -> PricedCart:
    """Put so many more of a variant into the cart."""
    with transaction() as session:
        priced = commands.add_item(
            session,
            cart_id,
            owner(),
            Wish(**body),
            limits=service_settings(CartsSettings).limits,
            check=etag.check_if_match,
        )
    return marked(priced)


@items.patch(ONE)
@access(guest=True, owns="carts")
@items.arguments(ChangeCartItemSchema)
@items.response(200, CartSchema)
def change_cart_item(body: dict[str, Any], cart_id: UUID, item_id: UUID) -> PricedCart:
    """Hold exactly so many of the item."""
    with transaction() as session:
        priced = commands.change_item(
            session,
            cart_id,
            item_id,
            owner(),
            body["quantity"],
            limits=service_settings(CartsSettings).limits,
            check=etag.check_if_match,
        )
    return marked(priced)


@items.delete(ONE)
@access(guest=True, owns="carts")
@items.response(200, CartSchema)
def remove_cart_item(cart_id: UUID, item_id: UUID) -> PricedCart:
    """Take the item out."""
    with transaction() as session:
        priced = commands.remove_item(session, cart_id, item_id, owner(), check=etag.check_if_match)
    return marked(priced)
