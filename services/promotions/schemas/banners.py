"""What goes into and comes out of the routes of banners."""

from typing import Any

import marshmallow as ma
from marshmallow import validate

from libs.http.fields import (
    Flag,
    Id,
    Integer,
    Link,
    PictureAddress,
    Schema,
    Text,
    Timestamp,
)
from libs.http.paging import PageArgs, page_schema

_PLACE = validate.Regexp(
    r"[a-z0-9][a-z0-9_-]*\Z", error="Must be lower-case letters, digits, - or _."
)


def _position(**options: Any) -> Text:
    return Text(1, 64, validate=_PLACE, metadata={"examples": ["home-top"]}, **options)


def _picture(**options: Any) -> PictureAddress:
    return PictureAddress(
        allow_none=True, metadata={"examples": ["https://cdn.example/sale.jpg"]}, **options
    )


def _link(**options: Any) -> Link:
    return Link(allow_none=True, metadata={"examples": ["/sale"]}, **options)


class ChangeBannerSchema(Schema):
    """Replaces what is given; null takes a part away."""

    position = _position()
    title = Text(1, 200, strip=True)
    text = Text(1, 1000, strip=True, allow_none=True)
    image_url = _picture()
    image_alt = Text(1, 200, strip=True, allow_none=True)
    link_url = _link()
    priority = Integer(minimum=-1000, maximum=1000)
    active = Flag()
    starts_at = Timestamp(allow_none=True)
    ends_at = Timestamp(allow_none=True)


class CreateBannerSchema(Schema):
    """Words, and perhaps a picture, for a position of the shop."""

    position = _position(required=True)
    title = Text(1, 200, strip=True, required=True)
    text = Text(1, 1000, strip=True, load_default=None, allow_none=True)
    image_url = _picture(load_default=None)
    image_alt = Text(1, 200, strip=True, load_default=None, allow_none=True)
    link_url = _link(load_default=None)
    priority = Integer(minimum=-1000, maximum=1000, load_default=0)
    active = Flag(load_default=True)
    starts_at = Timestamp(load_default=None, allow_none=True)
    ends_at = Timestamp(load_default=None, allow_none=True)


class ShownBannerSchema(Schema):
    """A banner as the shop shows it."""

    id = Id("ban", required=True)
    position = _position(required=True)
    title = Text(required=True)
    text = Text(1, 1000, required=True, allow_none=True)
    image_url = _picture(required=True)
    image_alt = Text(required=True, allow_none=True)
    link_url = _link(required=True)
    starts_at = Timestamp(required=True, allow_none=True)
    ends_at = Timestamp(required=True, allow_none=True)


class BannerSchema(ShownBannerSchema):
    """A banner as it is managed."""

    priority = Integer(required=True)
    active = ma.fields.Boolean(required=True)
    version = Integer(required=True)
    created_at = Timestamp(required=True)
    updated_at = Timestamp(required=True)


class BannerListArgs(PageArgs):
    """Those of one position, or all."""

    position = _position(load_default=None)


ShownBannerPageSchema = page_schema(ShownBannerSchema)
BannerPageSchema = page_schema(BannerSchema)
