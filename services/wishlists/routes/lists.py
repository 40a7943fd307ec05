"""Lists over HTTP; somebody else's list does not exist, unless its link is known."""

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
from services.wishlists.commands import lists as commands
from services.wishlists.models.tables import Wishlist
from services.wishlists.schemas import (
    SharedWishlistSchema,
    ShareLinkSchema,
    WishlistPageSchema,
    WishlistSchema,
    WriteWishlistSchema,
)
from services.wishlists.settings import WishlistsSettings

wishlists = Blueprint(
    "wishlists",
    __name__,
    url_prefix="/api/v1/wishlists",
    description="What customers keep for later.",
)
shared = Blueprint(
    "shared_wishlists",
    __name__,
    url_prefix="/api/v1/wishlists/shared",
    description="Lists that their owners gave a link to.",
)
ONE = "/<id('wsh'):wishlist_id>"


@wishlists.get("")
@access(user=True, owns="wishlists")
@wishlists.arguments(PageArgs, location="query")
@wishlists.response(200, WishlistPageSchema)
def list_wishlists(args: dict[str, Any]) -> Page[Wishlist]:
    """The caller's lists, newest first."""
    with reading() as session:
        return queries.list_wishlists(session, user_id(), **args)


@wishlists.post("")
@access(user=True, owns="wishlists")
@idempotent(required=False)
@wishlists.arguments(WriteWishlistSchema)
@wishlists.response(201, WishlistSchema)
def create_wishlist(body: dict[str, Any]) -> Response:
    """Make an empty list."""

    def work() -> Wishlist:
        limit = service_settings(WishlistsSettings).max_lists
        return commands.create_list(session, user_id=user_id(), name=body["name"], limit=limit)

    with transaction() as session:
        return once(session, work, schema=WishlistSchema, location=_address)


@wishlists.get(ONE)
@access(user=True, owns="wishlists")
@wishlists.response(200, WishlistSchema)
def get_wishlist(wishlist_id: UUID) -> Wishlist:
    """One list, without its items."""
    with reading() as session:
        wishlist = queries.get_wishlist(session, user_id(), wishlist_id)
    etag.check_if_none_match(wishlist.version)
    return wishlist


@wishlists.patch(ONE)
@access(user=True, owns="wishlists")
@wishlists.arguments(WriteWishlistSchema)
@wishlists.response(200, WishlistSchema)
def rename_wishlist(body: dict[str, Any], wishlist_id: UUID) -> Wishlist:
    """Call a list something else."""
    with transaction() as session:
        return etag.marked(
            commands.rename_list(
                session,
                user_id=user_id(),
                wishlist_id=wishlist_id,
                name=body["name"],
                check=etag.check_if_match,
            )
        )


@wishlists.delete(ONE)
@access(user=True, owns="wishlists")
@wishlists.response(204)
def delete_wishlist(wishlist_id: UUID) -> None:
    """Throw a list away, its alerts with it."""
    with transaction() as session:
        commands.delete_list(
            session, user_id=user_id(), wishlist_id=wishlist_id, check=etag.check_if_match
        )


@wishlists.put(f"{ONE}/share-link")
@access(user=True, owns="wishlists")
@wishlists.response(200, ShareLinkSchema)
def share_wishlist(wishlist_id: UUID) -> Wishlist:
    """Give a list a link for everybody who has it; a list that has one keeps it."""
    with transaction() as session:
        return commands.share_list(session, user_id=user_id(), wishlist_id=wishlist_id)


@wishlists.delete(f"{ONE}/share-link")
@access(user=True, owns="wishlists")
@wishlists.response(204)
def unshare_wishlist(wishlist_id: UUID) -> None:
    """Revoke a list's link for good."""
    with transaction() as session:
        commands.unshare_list(session, user_id=user_id(), wishlist_id=wishlist_id)


@shared.get("/<string:token>")
@access(public=True)
@shared.arguments(PageArgs, location="query")
@shared.response(200, SharedWishlistSchema)
def get_shared_wishlist(args: dict[str, Any], token: str) -> queries.SharedList:
    """A list that somebody shared: its articles, newest first."""
    with reading() as session:
        return queries.get_shared(session, token, **args)


def _address(wishlist: Wishlist) -> str:
    return f"/api/v1/wishlists/{ids.to_text('wsh', wishlist.id)}"
