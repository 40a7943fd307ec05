"""What goes into and comes out of wishlists' routes."""

from typing import Any

import marshmallow as ma
from marshmallow import validate

from libs.http.fields import Flag, Id, Integer, MoneyField, Schema, Text, Timestamp
from libs.http.paging import page_schema
from services.wishlists.rules import KINDS

_MAX_NOTE = 1000


class WriteWishlistSchema(Schema):
    """A list's name, unique among those of its customer."""

    name = Text(1, 100, strip=True, required=True)


class WishlistSchema(Schema):
    """A list of the caller."""

    id = Id("wsh", required=True)
    name = Text(required=True)
    item_count = Integer(required=True)
    shared = ma.fields.Function(lambda wishlist: wishlist.share_token is not None)
    created_at = Timestamp(required=True)
    updated_at = Timestamp(required=True)


class ShareLinkSchema(Schema):
    """Whoever has the link may read the list, until it is revoked."""

    token = Text(required=True, attribute="share_token")
    url = ma.fields.Function(lambda wishlist: f"/api/v1/wishlists/shared/{wishlist.share_token}")


class AddWishlistItemSchema(Schema):
    """A variant, or a product in any of its variants."""

    variant_id = Id("var", load_default=None)
    product_id = Id("prd", load_default=None, metadata={"x-instead-of": "variant_id"})
    note = Text(1, _MAX_NOTE, allow_none=True, load_default=None)

    @ma.validates_schema
    def _one_article(self, data: dict[str, Any], **_: Any) -> None:
        if (data["variant_id"] is None) == (data["product_id"] is None):
            raise ma.ValidationError("Name either a variant_id or a product_id.")


class ChangeWishlistItemSchema(Schema):
    """Another note, or null for none."""

    note = Text(1, _MAX_NOTE, required=True, allow_none=True)


class ArmAlertSchema(Schema):
    """What to wait for: stock, or a price of at most `threshold`."""

    kind = ma.fields.String(
        required=True, validate=validate.OneOf(KINDS), metadata={"examples": ["price_drop"]}
    )
    threshold = MoneyField(minimum=1, load_default=None)

    @ma.validates_schema
    def _threshold_of_a_price(self, data: dict[str, Any], **_: Any) -> None:
        if (data["kind"] == "price_drop") != (data["threshold"] is not None):
            raise ma.ValidationError("A price_drop needs a threshold, no other kind has one.")


class WishlistAlertSchema(Schema):
    """One alert: `armed` waits, `due` is about to be told, `sent` was told and is over."""

    kind = Text(required=True)
    state = Text(required=True)
    threshold = MoneyField(required=True, allow_none=True)
    created_at = Timestamp(required=True)
    due_at = Timestamp(required=True, allow_none=True)


class SharedItemSchema(Schema):
    """An article as it stands; of a product in any variant the prices are the lowest."""

    product_id = Id("prd", required=True, attribute="article.product_id")
    variant_id = Id("var", required=True, allow_none=True, attribute="article.variant_id")
    slug = Text(required=True, attribute="article.slug")
    title = Text(required=True, attribute="article.title")
    sku = Text(required=True, allow_none=True, attribute="article.sku")
    in_stock = Flag(required=True, attribute="article.in_stock")
    prices = ma.fields.List(MoneyField(), required=True, attribute="article.prices")


class WishlistItemSchema(SharedItemSchema):
    """The same with what only its owner sees."""

    id = Id("itm", required=True, attribute="item.id")
    note = Text(required=True, allow_none=True, attribute="item.note")
    created_at = Timestamp(required=True, attribute="item.created_at")
    alerts = ma.fields.List(ma.fields.Nested(WishlistAlertSchema), required=True)


WishlistPageSchema = page_schema(WishlistSchema)
WishlistItemPageSchema = page_schema(WishlistItemSchema)


class SharedWishlistSchema(Schema):
    """A list without notes, alerts or a word of whose it is."""

    name = Text(required=True)
    items = ma.fields.Nested(page_schema(SharedItemSchema), required=True)
