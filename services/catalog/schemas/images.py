"""What goes into and comes out of the image routes."""

import re
from typing import Any

import marshmallow as ma

from libs.http.fields import Id, Integer, Schema, Text, Timestamp
from services.catalog.rules import image_file
from services.catalog.schemas.products import PlainText

# A bare name: no folder, no drive, nothing that a file system would take for more than letters.
_FILE_NAME = re.compile(r"[^/\\:\x00-\x1f\x7f]{1,255}")


class DescribeImageSchema(Schema):
    """What is said of an image, for those who do not see it."""

    alt = PlainText(0, 250)


class AddImageSchema(DescribeImageSchema):
    """An image about to be uploaded; its file name is looked at and forgotten."""

    content_type = Text(required=True, validate=ma.validate.OneOf(list(image_file.CONTENT_TYPES)))
    size = Integer(minimum=1, maximum=image_file.MAX_BYTES, required=True)
    alt = PlainText(0, 250, load_default="")
    filename = Text(1, 255)

    @ma.validates("filename")
    def _check_name(self, value: str, **_: Any) -> None:
        if not _FILE_NAME.fullmatch(value) or value in (".", ".."):
            raise ma.ValidationError("Must be the bare name of a file.")


class OrderImagesSchema(Schema):
    """Every image of the product, in the order in which they are to be shown."""

    images = ma.fields.List(Id("img"), required=True, validate=ma.validate.Length(1, 50))


class UploadArgs(Schema):
    """The secret of one upload."""

    token = Text(20, 100, required=True)


class ImageFileSchema(Schema):
    """One file of an image."""

    url = Text(required=True)
    width = Integer(required=True)
    height = Integer(required=True)


class ShownImageSchema(Schema):
    """An image of a product; its files are the same picture in several sizes, the largest first."""

    id = Id("img", required=True)
    alt = Text(required=True)
    files = ma.fields.List(ma.fields.Nested(ImageFileSchema), required=True)


class ProductImageSchema(ShownImageSchema):
    """An image as administrators see it; `problem` says why it was refused."""

    state = Text(required=True)
    problem = Text(required=True, allow_none=True)
    version = Integer(required=True)
    created_at = Timestamp(required=True)
    updated_at = Timestamp(required=True)


class UploadSchema(Schema):
    """The one request that hands the bytes in, with just these headers, before it expires."""

    method = Text(required=True)
    url = Text(required=True)
    headers = ma.fields.Dict(Text(), Text(), required=True)
    expires_at = Timestamp(required=True)


class AddedImageSchema(ProductImageSchema):
    """A new image and how to upload it."""

    upload = ma.fields.Nested(UploadSchema, required=True)


class ProductImagesSchema(Schema):
    """The images of a product in their order."""

    data = ma.fields.List(ma.fields.Nested(ProductImageSchema), required=True)
