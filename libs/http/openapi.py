"""OpenAPI 3.1: one document per service, generated from what validates, and their union."""

from collections import Counter
from collections.abc import Iterable
from typing import Any

import flask_smorest
from flask import Flask

from libs.http import examples, fields
from libs.http.blueprint import PROBLEM_REFERENCE
from libs.http.paths import IdConverter, id_schema
from libs.http.problems import CONTENT_TYPE, ProblemSchema

_VERSION = "1.0.0"
_MONEY = {
    "type": "object",
    "required": ["amount", "currency"],
    "properties": {
        "amount": {"type": "integer", "description": "Minor units."},
        "currency": {"type": "string", "pattern": "^[A-Z]{3}$"},
        "decimal": {"type": "string", "readOnly": True, "examples": ["19.99"]},
    },
}
# The end of the text in Python, where `$` would also let a line break pass.
_END = r"\Z"
_SECURITY = {
    "accessToken": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
    "serviceToken": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
}


class Api(flask_smorest.Api):
    """flask-smorest without its own errors and pages: problems.py and docs.py have those."""

    DEFAULT_ERROR_RESPONSE_NAME = None
    ERROR_SCHEMA = ProblemSchema

    def _register_error_handlers(self) -> None:
        """Ours are registered by `refusals.register`."""


def create_api(app: Flask, title: str) -> Api:
    """The service's document, ready for its blueprints."""
    app.config.update(API_TITLE=title, API_VERSION=_VERSION, OPENAPI_VERSION="3.1.0")
    api = Api(app)
    api.register_converter(IdConverter, lambda converter: id_schema(converter.prefix))
    for field in (fields.Id, fields.MoneyField, fields.Timestamp):
        api.register_field(field, "string", None)
    api.register_field(fields.Variant, "object", None)
    api.ma_plugin.converter.add_attribute_function(_describe)
    for name, scheme in _SECURITY.items():
        api.spec.components.security_scheme(name, scheme)
    content = {CONTENT_TYPE: {"schema": ProblemSchema}}
    problem = {"description": "A problem (RFC 9457).", "content": content}
    api.spec.components.response(PROBLEM_REFERENCE, problem)
    return api


def document(app: Flask) -> dict[str, Any]:
    """The OpenAPI document of one service app."""
    api = app.extensions["flask-smorest"]["apis"][""]["ext_obj"]
    described: dict[str, Any] = api.spec.to_dict()
    examples.fill(described)
    return described


def merge(documents: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """One document for several services; ValueError when a name or an operation is not unique."""
    whole: dict[str, Any] = {
        "openapi": "3.1.0",
        "info": {"title": "Argosy", "version": _VERSION},
        "paths": {},
        "tags": [],
        "components": {},
    }
    for one in documents:
        _join(whole["paths"], one["paths"], "path")
        whole["tags"] += [tag for tag in one.get("tags", []) if tag not in whole["tags"]]
        for kind, members in one.get("components", {}).items():
            _join(whole["components"].setdefault(kind, {}), members, kind)
    _check_operations(whole["paths"])
    return whole


def _check_operations(paths: dict[str, Any]) -> None:
    names = [
        operation["operationId"]
        for path in paths.values()
        for method, operation in path.items()
        if method != "parameters"
    ]
    twice = sorted(name for name, count in Counter(names).items() if count > 1)
    if twice:
        raise ValueError(f"these names stand for several operations: {', '.join(twice)}")


def _join(target: dict[str, Any], members: dict[str, Any], kind: str) -> None:
    for name, member in members.items():
        if target.setdefault(name, member) != member:
            raise ValueError(f"two services document {kind} {name} differently")


def _describe(converter: Any, field: Any, *, ret: dict[str, Any], **_: Any) -> dict[str, Any]:
    """What apispec cannot know: our own fields, and that JSON Schema's regexes end with `$`."""
    described = _own(field)
    if isinstance(field, fields.Variant):
        described = _one_of(converter, field)
    pattern = ret.get("pattern", "")
    if pattern.endswith(_END):
        described = {"pattern": f"^{pattern.removesuffix(_END)}$"} | described
    if field.allow_none and "type" in described:
        described["type"] = [described["type"], "null"]
    return described


def _one_of(converter: Any, field: fields.Variant) -> dict[str, Any]:
    members = {
        name: converter.resolve_nested_schema(schema) for name, schema in field.schemas.items()
    }
    mapping = {name: member["$ref"] for name, member in members.items()}
    if field.others:
        return {"anyOf": [*members.values(), {"description": field.others}]}
    return {
        "oneOf": list(members.values()),
        "discriminator": {"propertyName": "type", "mapping": mapping},
    }


def _own(field: Any) -> dict[str, Any]:
    if isinstance(field, fields.Id):
        return id_schema(field.prefix)
    if isinstance(field, fields.Timestamp):
        return {"format": "date-time"}
    if isinstance(field, fields.MoneyField):
        return dict(_MONEY)
    if isinstance(field, fields.Email):
        return {"format": "email", "maxLength": 254}
    return {}
