"""What content is made of: addresses, formatted text, pictures, links."""

from typing import Any

import marshmallow as ma
from marshmallow import validate

from libs.http.fields import Link, PictureAddress, Schema, Text
from services.cms.rules.rich_text import clean


class RichText(Text):
    """HTML that is loaded with allowed tags and attributes alone; bounded before and after."""

    def __init__(self, maximum: int = 20_000, **options: Any) -> None:
        super().__init__(1, maximum, **options)
        self._maximum = maximum

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> str:
        html = super()._deserialize(value, *args, **kwargs)
        if len(html) > self._maximum:
            raise ma.ValidationError(f"Longer than maximum length {self._maximum}.")
        return clean(html)


def kind(name: str) -> Text:
    """The member `type` of a schema that is one of several."""
    return Text(required=True, validate=validate.OneOf([name]))


def several(
    item: type[ma.Schema], most: int, *, least: int = 0, **options: Any
) -> ma.fields.List[Any]:
    """A list of these, its length bounded."""
    return ma.fields.List(ma.fields.Nested(item), validate=validate.Length(least, most), **options)


class LabelledLinkSchema(Schema):
    """A link and the words that one clicks on."""

    label = Text(1, 100, strip=True, required=True)
    url = Link(required=True)


class PictureSchema(Schema):
    """A picture; `alt` says what it shows, empty if it is mere decoration."""

    src = PictureAddress(required=True)
    alt = Text(0, 300, required=True)
