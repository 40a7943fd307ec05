"""The API as a generator of clients sees it: operations and schemas of the merged document."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from libs.http import openapi
from libs.http.app import create_described_app
from libs.runtime import registry

Schema = dict[str, Any]
JSON = "application/json"
_OK = re.compile(r"2\d\d")


@dataclass(frozen=True)
class Parameter:
    """A parameter of the path, the query or the headers."""

    name: str
    place: str
    required: bool
    schema: Schema

    @property
    def identifier(self) -> str:
        """Its name in a program."""
        return re.sub(r"\W+", "_", self.name).strip("_").lower()


@dataclass(frozen=True)
class Body:
    """What goes in or comes out: its media type and schema."""

    kind: str
    schema: Schema


@dataclass(frozen=True)
class Operation:
    """One operation, named as in the document."""

    name: str
    method: str
    path: str
    summary: str
    parameters: tuple[Parameter, ...]
    body: Body | None
    answer: Body | None

    def placed(self, place: str) -> list[Parameter]:
        """The parameters of one place."""
        return [one for one in self.parameters if one.place == place]


def document() -> dict[str, Any]:
    """The merged document of all services."""
    webs = [registry.web_entry(name) for name in registry.discover()]
    return openapi.merge(openapi.document(create_described_app(web)) for web in webs)


def operations(described: dict[str, Any]) -> Iterator[Operation]:
    """Every operation, in the order of their names."""
    found = [
        _operation(path, method, one, members.get("parameters", []))
        for path, members in described["paths"].items()
        for method, one in members.items()
        if method != "parameters"
    ]
    yield from sorted(found, key=lambda one: one.name)


def _operation(path: str, method: str, one: dict[str, Any], shared: list[Any]) -> Operation:
    parameters = [
        Parameter(each["name"], each["in"], bool(each.get("required")), each["schema"])
        for each in (*shared, *one.get("parameters", []))
    ]
    answers = [each for status, each in one["responses"].items() if _OK.fullmatch(str(status))]
    return Operation(
        name=one["operationId"],
        method=method.upper(),
        path=path,
        summary=one["summary"],
        parameters=tuple(parameters),
        body=_body(one.get("requestBody", {})),
        answer=_body(answers[0]) if answers else None,
    )


def _body(described: dict[str, Any]) -> Body | None:
    content = described.get("content", {})
    kind = JSON if JSON in content else next(iter(content), None)
    return Body(kind, content[kind].get("schema", {})) if kind else None


def alternatives(schema: Schema) -> list[Schema]:
    """The schemas of which a value keeps one, `null` among them where it may be absent."""
    if several := schema.get("oneOf") or schema.get("anyOf"):
        return list(several)
    kinds = schema.get("type")
    if isinstance(kinds, list):
        return [schema | {"type": kind} for kind in kinds]
    return [schema]
