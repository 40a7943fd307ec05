"""The items of a list and their alerts over HTTP."""

from typing import Any
from uuid import UUID

from flask import Response

from libs import ids
from libs.db.page import Page
from libs.db.transaction import reading, transaction
from libs.http import etag
from libs.http.auth import user_id
from libs.http.blueprint import Blueprint
from libs.http.idempotency import once
from libs.http.operation import access, idempotent
from libs.http.paging import PageArgs
from libs.service import service_settings
from services.wishlists import queries
from services.wishlists.commands import alerts
from services.wishlists.commands import items as commands
from services.wishlists.commands.items import Wish
from services.wishlists.models.tables import Alert
from services.wishlists.queries import ItemView
from services.wishlists.schemas import (
    AddWishlistItemSchema,
    ArmAlertSchema,
    ChangeWishlistItemSchema,
    WishlistAlertSchema,
    WishlistItemPageSchema,
    WishlistItemSchema,
)
from services.wishlists.settings import WishlistsSettings

items = Blueprint(
    "wishlist_items",
    __name__,
    url_prefix="/api/v1/wishlists/<id('wsh'):wishlist_id>/items",
    description="What is in a list, and what to tell its owner of it.",
)
ONE = "/<id('itm'):item_id>"


@items.get("")
@access(user=True, owns="wishlists")
@items.arguments(PageArgs, location="query")
@items.response(200, WishlistItemPageSchema)
def list_wishlist_items(args: dict[str, Any], wishlist_id: UUID) -> Page[ItemView]:
    """The items of a list as their articles stand, newest first."""
    with reading() as session:
        return queries.list_items(session, user_id(), wishlist_id, **args)


@items.post("")
@access(user=True, owns="wishlists")
@idempotent(required=False)
@items.arguments(AddWishlistItemSchema)
@items.response(201, WishlistItemSchema)
def add_wishlist_item(body: dict[str, Any], wishlist_id: UUID) -> Response:
    """Put an article into a list."""

    def work() -> ItemView:
        return commands.add_item(
            session,
            user_id=user_id(),
            wishlist_id=wishlist_id,
            wish=Wish(**body),
            limit=service_settings(WishlistsSettings).max_items,
        )

    with transaction() as session:
        return once(
            session,
            work,
            schema=WishlistItemSchema,
            location=lambda view: _address(wishlist_id, view.item.id),
        )


@items.get(ONE)
@access(user=True, owns="wishlists")
@items.response(200, WishlistItemSchema)
def get_wishlist_item(wishlist_id: UUID, item_id: UUID) -> ItemView:
    """One item of a list."""
    with reading() as session:
        item = queries.get_item(session, user_id(), wishlist_id, item_id)
        etag.mark(item.version)
        return queries.view_items(session, [item])[0]


@items.patch(ONE)
@access(user=True, owns="wishlists")
@items.arguments(ChangeWishlistItemSchema)
@items.response(200, WishlistItemSchema)
def change_wishlist_item(body: dict[str, Any], wishlist_id: UUID, item_id: UUID) -> ItemView:
    """Change an item's note."""
    with transaction() as session:
        view = commands.change_note(
            session,
            user_id=user_id(),
            wishlist_id=wishlist_id,
            item_id=item_id,
            note=body["note"],
            check=etag.check_if_match,
        )
    etag.mark(view.item.version)
    return view


@items.delete(ONE)
@access(user=True, owns="wishlists")
@items.response(204)
def remove_wishlist_item(wishlist_id: UUID, item_id: UUID) -> None:
    """Take an item out of a list, its alerts with it."""
    with transaction() as session:
        commands.remove_item(
            session,
            user_id=user_id(),
            wishlist_id=wishlist_id,
            item_id=item_id,
            check=etag.check_if_match,
        )


@items.post(f"{ONE}/alert")
@access(user=True, owns="wishlists")
@idempotent(required=False)
@items.arguments(ArmAlertSchema)
@items.response(201, WishlistAlertSchema)
def arm_wishlist_alert(body: dict[str, Any], wishlist_id: UUID, item_id: UUID) -> Response:
    """Have the caller told once when the article is back in stock, or costs so little."""

    def work() -> Alert:
        return alerts.arm_alert(
            session, user_id=user_id(), wishlist_id=wishlist_id, item_id=item_id, **body
        )

    with transaction() as session:
        return once(session, work, schema=WishlistAlertSchema)


@items.delete(f"{ONE}/alert/<string:kind>")
@access(user=True, owns="wishlists")
@items.response(204)
def disarm_wishlist_alert(wishlist_id: UUID, item_id: UUID, kind: str) -> None:
    """Wait no longer for stock (`back_in_stock`) or a price (`price_drop`)."""
    with transaction() as session:
        alerts.disarm_alert(
            session, user_id=user_id(), wishlist_id=wishlist_id, item_id=item_id, kind=kind
        )


def _address(wishlist_id: UUID, item_id: UUID) -> str:
    wishlist, item = ids.to_text("wsh", wishlist_id), ids.to_text("itm", item_id)
    return f"/api/v1/wishlists/{wishlist}/items/{item}"
