"""What goes into and comes out of the attribute routes, and the facets of lists."""

from typing import Any

import marshmallow as ma

from libs.http.fields import Flag, Id, Integer, Schema, Text, Timestamp
from libs.http.paging import page_schema
from services.catalog.rules import attributes
from services.catalog.schemas.products import PlainText


class ChangeAttributeSchema(Schema):
    """What to change of an attribute; code and type stay, since products hold values by them."""

    name = PlainText(1, 120)
    unit = PlainText(1, 20, allow_none=True)
    filterable = Flag()
    choices = ma.fields.List(
        PlainText(1, attributes.MAX_VALUE), validate=ma.validate.Length(1, attributes.MAX_CHOICES)
    )

    @ma.validates("choices")
    def _check_choices(self, value: list[str], **_: Any) -> None:
        if len(set(value)) != len(value):
            raise ma.ValidationError("Must name each choice once.")


class CreateAttributeSchema(ChangeAttributeSchema):
    """An attribute; `choices` are given for a choice and for nothing else."""

    code = Text(1, attributes.MAX_CODE, required=True, metadata={"examples": ["screen_size"]})
    name = PlainText(1, 120, required=True)
    type = Text(
        required=True,
        validate=ma.validate.OneOf(attributes.TYPES),
        metadata={"examples": ["choice"]},
    )
    unit = PlainText(1, 20, allow_none=True, load_default=None)
    filterable = Flag(load_default=False)

    @ma.validates("code")
    def _check_code(self, value: str, **_: Any) -> None:
        if not attributes.CODE.fullmatch(value) or value in attributes.RESERVED_CODES:
            raise ma.ValidationError("Must be a word such as screen_size, and none of our own.")

    @ma.validates_schema
    def _check_type(self, data: dict[str, Any], **_: Any) -> None:
        if (data.get("type") == "choice") is not ("choices" in data):
            raise ma.ValidationError("Must be given for a choice alone.", "choices")

    @ma.post_load
    def _complete(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        return {"choices": []} | data


class AttributeSchema(Schema):
    """A typed attribute of products."""

    id = Id("atr", required=True)
    code = Text(required=True)
    name = Text(required=True)
    type = Text(required=True)
    unit = Text(required=True, allow_none=True)
    choices = ma.fields.List(Text(), required=True)
    filterable = Flag(required=True)
    version = Integer(required=True)
    created_at = Timestamp(required=True)
    updated_at = Timestamp(required=True)


class FacetValueSchema(Schema):
    """A value to narrow by, and how many of the matches have it."""

    value = Text(required=True)
    label = Text(required=True)
    count = Integer(required=True)


class FacetSchema(Schema):
    """What the matches differ in; `exact` is false where only a part of them was counted."""

    code = Text(required=True)
    name = Text(required=True)
    type = Text(required=True)
    unit = Text(required=True, allow_none=True)
    exact = Flag(required=True)
    values = ma.fields.List(ma.fields.Nested(FacetValueSchema), required=True)


AttributePageSchema = page_schema(AttributeSchema)
