"""Examples of the OpenAPI document, composed from the schemas of what goes in and comes out.

They are made of the parts that validate, so they follow every change of a schema; a test loads
each of them again.
"""

import json
import re
import shlex
from collections.abc import Iterator
from typing import Any
from uuid import UUID

from libs import ids
from libs.http.glossary import ABSENT, WORDS

_ID = re.compile(r"\^([a-z]+)_\[0-7\]")
_SOME_ID = UUID("01933b2a-7c6d-7a10-9d3e-5f2b8c4a6e71")
_FORMATS = {
    "date-time": "2026-01-31T12:00:00.000Z",
    "date": "2026-01-31",
    "email": "ada@example.com",
    "uri": "https://shop.example/linen-shirt",
    "url": "https://shop.example/linen-shirt",
    "uuid": str(_SOME_ID),
    "byte": "QXJnb3N5",
}
_NULL = {"type": "null"}
_TYPES = {"string": str, "integer": int, "number": int | float, "boolean": bool}
Schema = dict[str, Any]
# A field's metadata: it is given in place of that other field, never beside it.
INSTEAD = "x-instead-of"


def fill(document: dict[str, Any]) -> None:
    """Give every operation its examples; those that it declares itself stay."""
    made = _Examples(document.get("components", {}).get("schemas", {}))
    for path, operations in document["paths"].items():
        shared = operations.get("parameters", [])
        for method, operation in operations.items():
            if method != "parameters":
                _fill_operation(made, operation, shared)
                sample = _curl(method, path, operation, shared)
                operation["x-codeSamples"] = [{"lang": "Shell", "label": "curl", "source": sample}]


def contents(operation: dict[str, Any]) -> Iterator[tuple[dict[str, Any], bool]]:
    """Every body that the operation takes (True) or answers when all is well (False)."""
    for content in operation.get("requestBody", {}).get("content", {}).values():
        yield content, True
    for status, response in operation["responses"].items():
        if str(status).startswith("2"):
            for content in response.get("content", {}).values():
                yield content, False


def _fill_operation(made: "_Examples", operation: dict[str, Any], shared: list[Any]) -> None:
    for parameter in (*shared, *operation.get("parameters", [])):
        if parameter.get("required") and "example" not in parameter:
            parameter["example"] = made.of(parameter["schema"], parameter["name"], asked=True)
    declared = operation.pop("x-examples", {})
    for content, asked in contents(operation):
        own = declared.get("request" if asked else "response")
        if own is not None:
            content["example"] = own
        elif "example" not in content and "schema" in content:
            content["example"] = made.of(content["schema"], "", asked=asked)


class _Examples:
    """Values for the schemas of one document."""

    def __init__(self, schemas: dict[str, Schema]) -> None:
        self._schemas = schemas
        self._inside: list[str] = []

    def of(self, schema: Schema, name: str, *, asked: bool) -> Any:
        """A value that the schema allows; what is only read is left out of what is asked."""
        if name in ABSENT and not asked and _may_be_null(schema):
            return None
        if reference := schema.get("$ref"):
            return self._referred(reference.rpartition("/")[2], name, asked)
        if declared := _declared(schema):
            return declared[0]
        if several := schema.get("oneOf") or schema.get("anyOf"):
            real = next(one for one in several if one != _NULL)
            return self.of(real, name, asked=asked)
        return self._of_type(schema, name, asked)

    def _of_type(self, schema: Schema, name: str, asked: bool) -> Any:
        match _type(schema):
            case "object":
                return self._object(schema, asked)
            case "array":
                return self._array(schema, name, asked)
            case None:
                return WORDS.get(name, {})
        return _scalar(schema, name)

    def _referred(self, target: str, name: str, asked: bool) -> Any:
        if target in self._inside:
            return None
        self._inside.append(target)
        value = self.of(self._schemas[target], name, asked=asked)
        self._inside.pop()
        return value

    def _object(self, schema: Schema, asked: bool) -> dict[str, Any]:
        members = schema.get("properties", {})
        shown = {
            name: self.of(member, name, asked=asked)
            for name, member in members.items()
            if not member.get("readOnly" if asked else "writeOnly")
            if not (asked and INSTEAD in member)
        }
        others = schema.get("additionalProperties")
        if not members and isinstance(others, dict):
            shown["color"] = self.of(others, "value", asked=asked)
        return shown

    def _array(self, schema: Schema, name: str, asked: bool) -> list[Any]:
        items = schema.get("items", {})
        if items.get("$ref", "").rpartition("/")[2] in self._inside:
            return []
        return [self.of(items, _singular(name), asked=asked)]


def _declared(schema: Schema) -> list[Any]:
    """The values that the schema itself names."""
    given: list[Any] = schema.get("examples") or schema.get("enum") or []
    return given or [schema[word] for word in ("example", "const") if word in schema]


def _singular(name: str) -> str:
    return f"{name[:-3]}y" if name.endswith("ies") else name.removesuffix("s")


def _may_be_null(schema: Schema) -> bool:
    return "null" in schema.get("type", ()) or _NULL in schema.get("anyOf", ())


def _type(schema: Schema) -> str | None:
    kind = schema.get("type")
    if isinstance(kind, list):
        kind = next(one for one in kind if one != "null")
    return kind


def _scalar(schema: Schema, name: str) -> Any:
    word = WORDS.get(name.rpartition(".")[2])
    if word is not None and _fits(schema, word):
        return word
    match _type(schema):
        case "boolean":
            return bool(schema.get("default", True))
        case "integer" | "number":
            return max(schema.get("minimum", 1), min(schema.get("maximum", 1), 1))
    return _text(schema, name)


def _text(schema: Schema, name: str) -> str:
    if schema.get("format") in _FORMATS:
        return _FORMATS[schema["format"]]
    if prefix := _ID.match(schema.get("pattern", "")):
        return ids.to_text(prefix[1], _SOME_ID)
    word = name.replace("_", "-") or "text"
    return word.ljust(schema.get("minLength", 0), "-")[: schema.get("maxLength", 255)]


def _fits(schema: Schema, value: Any) -> bool:
    kind = _TYPES[_type(schema) or "string"]
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
        return False
    if isinstance(value, str):
        least, most = schema.get("minLength", 0), schema.get("maxLength", len(value))
        pattern, known = schema.get("pattern"), schema.get("format") in (None, "email")
        return known and least <= len(value) <= most and (not pattern or _matches(pattern, value))
    return bool(schema.get("minimum", value) <= value <= schema.get("maximum", value))


def _matches(pattern: str, value: str) -> bool:
    return re.search(pattern, value) is not None


def _curl(method: str, path: str, operation: dict[str, Any], shared: list[Any]) -> str:
    """The operation as somebody tries it in a terminal."""
    parts = ["curl"] if method == "get" else ["curl", "-X", method.upper()]
    every = [*shared, *operation.get("parameters", [])]
    for parameter in every:
        if parameter["in"] == "path":
            path = path.replace(f"{{{parameter['name']}}}", str(parameter["example"]))
    query = [one for one in every if one["in"] == "query" and one.get("required")]
    mark = "?" + "&".join(f"{one['name']}={one['example']}" for one in query) if query else ""
    parts.append(f'"$ARGOSY{path}{mark}"')
    if any(operation["security"]):
        parts.append('-H "Authorization: Bearer $TOKEN"')
    for parameter in every:
        if parameter["in"] == "header" and parameter.get("required"):
            parts.append(f"-H '{parameter['name']}: {parameter['example']}'")
    for kind, content in list(operation.get("requestBody", {}).get("content", {}).items())[:1]:
        example = content.get("example")
        data = example if isinstance(example, str) else json.dumps(example, ensure_ascii=False)
        parts += [f"-H 'Content-Type: {kind}'", f"-d {shlex.quote(data)}"]
    return " ".join(parts)
