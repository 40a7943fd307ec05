"""Wishlists on the web."""

from libs.http.app import WebService
from services.wishlists.routes.items import items
from services.wishlists.routes.lists import shared, wishlists
from services.wishlists.settings import WishlistsSettings

WEB = WebService(
    name="wishlists",
    prefixes=("/api/v1/wishlists",),
    blueprints=(wishlists, shared, items),
    settings=WishlistsSettings,
)
