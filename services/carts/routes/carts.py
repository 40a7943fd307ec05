"""Carts over HTTP; somebody else's cart does not exist."""

from typing import Any
from uuid import UUID

from libs import ids
from libs.db.page import Page
from libs.db.transaction import reading, transaction
from libs.http import etag
from libs.http.auth import principal
from libs.http.blueprint import Blueprint
from libs.http.operation import access, limited
from libs.http.paging import PageArgs
from libs.service import service_settings
from services.carts.commands import carts as commands
from services.carts.commands.carts import CartWish, NewCart
from services.carts.commands.merge import MergedCart, merge_carts
from services.carts.commands.wishes import Wish
from services.carts.models.priced_cart import PricedCart
from services.carts.queries import carts as queries
from services.carts.routes.caller import count_coupons, owner
from services.carts.schemas.carts import (
    CartPageSchema,
    CartSchema,
    MergedCartSchema,
    NewCartSchema,
)
from services.carts.schemas.explanation import ExplainedPriceSchema
from services.carts.schemas.requests import (
    CartAddressSchema,
    CartCouponInputSchema,
    ChangeCartSchema,
    CreateCartSchema,
    MergeCartSchema,
    ShippingChoiceSchema,
)
from services.carts.settings import CartsSettings

carts = Blueprint(
    "carts", __name__, url_prefix="/api/v1/carts", description="Carts, priced as an order would be."
)
ONE = "/<id('crt'):cart_id>"


@carts.get("")
@access(guest=True, owns="carts")
@carts.arguments(PageArgs, location="query")
@carts.response(200, CartPageSchema)
def list_carts(args: dict[str, Any]) -> Page[PricedCart]:
    """The caller's carts that are not orders yet, newest first."""
    with reading() as session:
        return queries.list_carts(session, owner(), **args)


@carts.post("")
@access(guest=True)
@carts.arguments(CreateCartSchema)
@carts.response(201, NewCartSchema)
def create_cart(body: dict[str, Any]) -> tuple[NewCart, int, dict[str, str]]:
    """Make a cart; a guest gets its `session_token`, to be sent back as X-Cart-Token."""
    count_coupons(body["coupons"])
    wish = CartWish(**body | {"items": [Wish(**item) for item in body["items"]]})
    with transaction() as session:
        made = commands.create_cart(
            session, principal().user_id, wish, service_settings(CartsSettings).limits
        )
    etag.mark(made.priced.cart.version)
    location = f"/api/v1/carts/{ids.to_text('crt', made.priced.cart.id)}"
    return made, 201, {"Location": location}


@carts.get(ONE)
@access(guest=True, owns="carts")
@carts.response(200, CartSchema)
def get_cart(cart_id: UUID) -> PricedCart:
    """One cart, at today's prices."""
    with reading() as session:
        return marked(queries.get_cart(session, cart_id, owner()))


@carts.get("/by-session/<string:session_id>")
@access(guest=True)
@carts.response(200, CartSchema)
def get_cart_by_session(session_id: str) -> PricedCart:
    """A guest's cart by its `session_token`, for clients that cannot send headers.

    The token is a secret: where a header can be sent, X-Cart-Token keeps it out of addresses.
    """
    with reading() as session:
        return marked(queries.get_session_cart(session, session_id))


@carts.get(f"{ONE}/explain")
@access(guest=True, owns="carts")
@carts.response(200, ExplainedPriceSchema)
def explain_cart_price(cart_id: UUID) -> queries.ExplainedCart:
    """Why the cart costs what it costs: every step of its price and every promotion looked at."""
    with reading() as session:
        return queries.explain_cart(session, cart_id, owner())


@carts.patch(ONE)
@access(guest=True, owns="carts")
@carts.arguments(ChangeCartSchema)
@carts.response(200, CartSchema)
def change_cart(body: dict[str, Any], cart_id: UUID) -> PricedCart:
    """Replace coupons, address or shipping method."""
    count_coupons(body.get("coupons", ()))
    return _change(cart_id, body)


@carts.delete(ONE)
@access(guest=True, owns="carts")
@carts.response(204)
def delete_cart(cart_id: UUID) -> None:
    """Throw the cart away."""
    with transaction() as session:
        commands.delete(session, cart_id, owner(), check=etag.check_if_match)


@carts.put(f"{ONE}/shipping-address")
@access(guest=True, owns="carts")
@carts.arguments(CartAddressSchema)
@carts.response(200, CartSchema)
def set_shipping_address(body: dict[str, Any], cart_id: UUID) -> PricedCart:
    """Say where the cart goes."""
    return _change(cart_id, {"shipping_address": body})


@carts.put(f"{ONE}/shipping-method")
@access(guest=True, owns="carts")
@carts.arguments(ShippingChoiceSchema)
@carts.response(200, CartSchema)
def set_shipping_method(body: dict[str, Any], cart_id: UUID) -> PricedCart:
    """Say how the cart is sent."""
    return _change(cart_id, {"shipping_method": body["method"]})


@carts.post(f"{ONE}/coupons")
@access(guest=True, owns="carts")
@limited("coupon")
@carts.arguments(CartCouponInputSchema)
@carts.response(200, CartSchema)
def add_coupon(body: dict[str, Any], cart_id: UUID) -> PricedCart:
    """Use a coupon; it is counted when the order is placed."""
    with transaction() as session:
        priced = commands.add_coupon(
            session,
            cart_id,
            owner(),
            body["code"],
            limits=service_settings(CartsSettings).limits,
            check=etag.check_if_match,
        )
    return marked(priced)


@carts.delete(f"{ONE}/coupons/<string:code>")
@access(guest=True, owns="carts")
@carts.response(200, CartSchema)
def remove_coupon(cart_id: UUID, code: str) -> PricedCart:
    """Use the coupon no more."""
    with transaction() as session:
        priced = commands.remove_coupon(session, cart_id, owner(), code, check=etag.check_if_match)
    return marked(priced)


@carts.post(f"{ONE}/merge")
@access(user=True, owns="carts")
@carts.arguments(MergeCartSchema)
@carts.response(200, MergedCartSchema)
def merge_cart(body: dict[str, Any], cart_id: UUID) -> MergedCart:
    """Merge the cart of the X-Cart-Token into this one, or make it the user's if it is this one."""
    settings = service_settings(CartsSettings)
    with transaction() as session:
        merged = merge_carts(
            session,
            cart_id,
            owner(),
            body.get("strategy", settings.merge_strategy),
            limits=settings.limits,
            check=etag.check_if_match,
        )
    marked(merged.priced)
    return merged


def marked(priced: PricedCart) -> PricedCart:
    """Send the cart's version as ETag."""
    etag.mark(priced.cart.version)
    return priced


def _change(cart_id: UUID, changes: dict[str, Any]) -> PricedCart:
    with transaction() as session:
        priced = commands.change_cart(
            session,
            cart_id,
            owner(),
            changes,
            limits=service_settings(CartsSettings).limits,
            check=etag.check_if_match,
        )
    return marked(priced)
