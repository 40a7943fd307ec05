"""What goes into and comes out of the category and brand routes."""

import marshmallow as ma

from libs.http.fields import Id, Integer, Schema, Text, Timestamp
from libs.http.paging import page_schema
from services.catalog.rules import category_path
from services.catalog.schemas.products import PlainText, Slug

_no_arrow = ma.validate.Regexp(r"[^>]*\Z", error="Must not hold a '>'.")


class ChangeCategorySchema(Schema):
    """What to change of a category; `parent` is a slug, null makes it a root."""

    name = PlainText(1, category_path.MAX_NAME, validate=_no_arrow)
    slug = Slug()
    parent = Slug(allow_none=True)


class CreateCategorySchema(ChangeCategorySchema):
    """A category; its slug is made from its name when none is given."""

    name = PlainText(1, category_path.MAX_NAME, required=True, validate=_no_arrow)


class CategorySchema(Schema):
    """A category; `path` is the way to it from its root."""

    id = Id("cat", required=True)
    slug = Text(required=True)
    name = Text(required=True)
    path = Text(required=True)
    parent = Text(required=True, allow_none=True, attribute="parent_slug")
    version = Integer(required=True)
    created_at = Timestamp(required=True)
    updated_at = Timestamp(required=True)


class ChangeBrandSchema(Schema):
    """What to change of a brand."""

    name = PlainText(1, 120)
    slug = Slug()


class CreateBrandSchema(ChangeBrandSchema):
    """A brand; its slug is made from its name when none is given."""

    name = PlainText(1, 120, required=True)


class BrandSchema(Schema):
    """A brand."""

    id = Id("brd", required=True)
    slug = Text(required=True)
    name = Text(required=True)
    version = Integer(required=True)
    created_at = Timestamp(required=True)
    updated_at = Timestamp(required=True)


CategoryPageSchema = page_schema(CategorySchema)
BrandPageSchema = page_schema(BrandSchema)
