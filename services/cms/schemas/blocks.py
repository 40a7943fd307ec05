"""The blocks that the homepage and pages are put together from."""

from typing import Any

from marshmallow import fields as ma_fields
from marshmallow import validate

from libs.http.fields import Integer, Link, Schema, Text, Variant
from services.cms.rules.places import MAX_SLUG, SLUG_PATTERN
from services.cms.schemas.parts import (
    LabelledLinkSchema,
    PictureSchema,
    RichText,
    kind,
    several,
)

MAX_BLOCKS = 40


class HeroBlockSchema(Schema):
    """The first thing one sees."""

    type = kind("hero")
    heading = Text(1, 200, strip=True, required=True)
    text = Text(1, 500)
    picture = ma_fields.Nested(PictureSchema)
    action = ma_fields.Nested(LabelledLinkSchema)


class RichTextBlockSchema(Schema):
    """Formatted text; what the allow-list does not name has been left out."""

    type = kind("rich_text")
    html = RichText(required=True)


class PictureBlockSchema(Schema):
    """One picture, which may lead somewhere."""

    type = kind("picture")
    picture = ma_fields.Nested(PictureSchema, required=True)
    caption = Text(1, 300)
    url = Link()


class TeaserSchema(Schema):
    """A pointer to something else."""

    title = Text(1, 100, strip=True, required=True)
    text = Text(1, 300)
    picture = ma_fields.Nested(PictureSchema)
    url = Link(required=True)


class TeasersBlockSchema(Schema):
    """Pointers side by side."""

    type = kind("teasers")
    heading = Text(1, 200, strip=True)
    items = several(TeaserSchema, 12, least=1, required=True)


class ProductsBlockSchema(Schema):
    """Products of a category; the page asks the catalog which ones."""

    type = kind("products")
    heading = Text(1, 200, strip=True, required=True)
    category = Text(1, MAX_SLUG, required=True, validate=validate.Regexp(SLUG_PATTERN))
    limit = Integer(minimum=1, maximum=24, load_default=8)


class QuestionSchema(Schema):
    """A question and its answer."""

    question = Text(1, 300, strip=True, required=True)
    answer = RichText(5000, required=True)


class QuestionsBlockSchema(Schema):
    """Questions that are often asked."""

    type = kind("questions")
    heading = Text(1, 200, strip=True)
    items = several(QuestionSchema, 30, least=1, required=True)


BLOCKS: dict[str, type[Schema]] = {
    "hero": HeroBlockSchema,
    "rich_text": RichTextBlockSchema,
    "picture": PictureBlockSchema,
    "teasers": TeasersBlockSchema,
    "products": ProductsBlockSchema,
    "questions": QuestionsBlockSchema,
}


def blocks() -> ma_fields.List[Any]:
    """At least one block, in the order in which they are shown."""
    return ma_fields.List(Variant(BLOCKS), required=True, validate=validate.Length(1, MAX_BLOCKS))
