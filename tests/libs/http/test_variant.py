"""An object whose member `type` says what else it holds."""

import pytest
from flask import Flask
from marshmallow import ValidationError, validate

from libs.http import fields
from libs.http.openapi import create_api


class CircleSchema(fields.Schema):
    """A circle."""

    type = fields.Text(required=True, validate=validate.Equal("circle"))
    radius = fields.Integer(required=True)


class SquareSchema(fields.Schema):
    """A square."""

    type = fields.Text(required=True, validate=validate.Equal("square"))
    side = fields.Integer(required=True)


class DrawingSchema(fields.Schema):
    """A shape."""

    shape = fields.Variant({"circle": CircleSchema, "square": SquareSchema}, required=True)


SCHEMA = DrawingSchema()


def test_the_type_chooses_the_schema():
    circle = {"shape": {"type": "circle", "radius": 2}}

    assert SCHEMA.load(circle) == circle
    assert SCHEMA.dump(circle) == circle


@pytest.mark.parametrize("shape", [None, 1, "circle", [], {}, {"type": None}, {"type": []}])
def test_what_has_no_type_is_refused(shape):
    with pytest.raises(ValidationError):
        SCHEMA.load({"shape": shape})


def test_an_unknown_type_is_refused_at_its_place():
    with pytest.raises(ValidationError) as refused:
        SCHEMA.load({"shape": {"type": "line"}})

    assert refused.value.messages == {"shape": {"type": ["Must be one of: circle, square."]}}


def test_members_of_another_type_are_unknown_fields():
    with pytest.raises(ValidationError) as refused:
        SCHEMA.load({"shape": {"type": "circle", "radius": 1, "side": 1}})

    assert refused.value.messages == {"shape": {"side": ["Unknown field."]}}


def test_clients_are_told_of_every_schema_and_what_discriminates_them():
    converter = create_api(Flask("shapes"), "Shapes").ma_plugin.converter

    described = converter.field2property(SCHEMA.fields["shape"])

    circle, square = "#/components/schemas/Circle", "#/components/schemas/Square"
    assert described["oneOf"] == [{"$ref": circle}, {"$ref": square}]
    assert described["discriminator"] == {
        "propertyName": "type",
        "mapping": {"circle": circle, "square": square},
    }
