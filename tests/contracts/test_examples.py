"""Every documented operation has an example, and what takes the input takes the example too."""

import copy
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import marshmallow as ma
import pytest
from flask import Flask
from jsonschema import Draft202012Validator

from libs.http import openapi
from libs.http.app import create_described_app
from libs.http.examples import contents
from libs.runtime import registry


@dataclass(frozen=True)
class Operation:
    """One operation of a service's document, and the schemas that load its bodies."""

    name: str
    documented: dict[str, Any]
    parameters: list[dict[str, Any]]
    components: dict[str, Any]
    loads: tuple[ma.Schema, ...]

    def faults(self) -> Iterator[str]:
        """Each example that is missing or that its own schema refuses."""
        if not self.documented.get("x-codeSamples"):
            yield f"{self.name}: no call is shown"
        for one in self.parameters:
            if one.get("required"):
                yield from self._faults(one["name"], one)
        for content, asked in contents(self.documented):
            yield from self._faults("request" if asked else "response", content)
            if asked:
                yield from self._refusals(content.get("example"))

    def _faults(self, part: str, described: dict[str, Any]) -> Iterator[str]:
        if "example" not in described:
            yield f"{self.name} {part}: no example"
            return
        schema = described.get("schema", {}) | {"components": self.components}
        validator = Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER)
        for error in validator.iter_errors(described["example"]):
            yield f"{self.name} {part}: {error.json_path} {error.message}"

    def _refusals(self, example: Any) -> Iterator[str]:
        for schema in self.loads:
            try:
                schema.load(copy.deepcopy(example))
            except ma.ValidationError as refused:
                yield f"{self.name} request: {refused.messages}"


def _body_schemas(app: Flask) -> dict[str, tuple[ma.Schema, ...]]:
    """What loads the JSON body of each operation, by the operation's name."""
    found = {}
    for view in app.view_functions.values():
        declared = getattr(view, "_apidoc", {}).get("arguments", {}).get("parameters", [])
        bodies = [one["schema"] for one in declared if one["in"] in ("body", "json")]
        found[view.__name__] = tuple(one for one in bodies if isinstance(one, ma.Schema))
    return found


def operations(app: Flask) -> Iterator[Operation]:
    """All operations that the service documents."""
    document = openapi.document(app)
    schemas = _body_schemas(app)
    for path, members in document["paths"].items():
        for method, one in members.items():
            if method != "parameters":
                yield Operation(
                    f"{method.upper()} {path}",
                    one,
                    [*members.get("parameters", []), *one.get("parameters", [])],
                    document["components"],
                    schemas[one["operationId"]],
                )


@pytest.mark.parametrize("service", registry.discover())
def test_every_operation_has_examples_that_its_own_schemas_take(service: str):
    app = create_described_app(registry.web_entry(service))

    found = list(operations(app))

    assert found
    assert [fault for one in found for fault in one.faults()] == []


def _planted(**content: Any) -> Operation:
    class Body(ma.Schema):
        sku = ma.fields.String(required=True, validate=ma.validate.Length(3, 9))

    schema = {"type": "object", "properties": {"sku": {"type": "string"}}, "required": ["sku"]}
    body = {"content": {"application/json": {"schema": schema} | content}}
    documented = {"x-codeSamples": ["curl"], "requestBody": body, "responses": {}}
    return Operation("POST /things", documented, [], {}, (Body(),))


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        ({}, "no example"),
        ({"example": {"sku": 7}}, "7 is not of type 'string'"),
        ({"example": {"sku": "X"}}, "Length must be between 3 and 9."),
    ],
)
def test_an_example_that_is_missing_or_wrong_is_reported(content, fault):
    assert fault in "".join(_planted(**content).faults())


def test_a_right_example_is_not_reported():
    assert list(_planted(example={"sku": "CLO-1"}).faults()) == []
