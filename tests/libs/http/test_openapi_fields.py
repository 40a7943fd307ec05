"""How fields are described to clients, who are no Python programs."""

import marshmallow as ma
import pytest
from flask import Flask

from libs.http import fields
from libs.http.openapi import create_api


@pytest.fixture
def describe():
    """The JSON Schema of a field."""
    return create_api(Flask("fields"), "Fields").ma_plugin.converter.field2property


@pytest.mark.parametrize(
    ("field", "kind"),
    [
        (fields.Id("ord", allow_none=True), "string"),
        (fields.MoneyField(allow_none=True), "object"),
        (fields.Timestamp(allow_none=True), "string"),
        (fields.Text(allow_none=True), "string"),
    ],
)
def test_a_field_that_may_be_null_says_so(describe, field, kind):
    assert describe(field)["type"] == [kind, "null"]


def test_a_field_that_may_not_be_null_has_one_type(describe):
    assert describe(fields.Id("ord"))["type"] == "string"
    assert describe(fields.MoneyField())["type"] == "object"


def test_patterns_are_anchored_the_way_of_json_schema(describe):
    code = fields.Text(1, 9, validate=ma.validate.Regexp(r"[a-z]+\Z"))

    assert describe(code)["pattern"] == "^[a-z]+$"
    assert describe(fields.Currency())["pattern"] == "^[A-Z]{3}$"
