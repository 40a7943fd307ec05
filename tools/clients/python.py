"""The Python client: typed dictionaries and one method for each operation."""

import keyword
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tools.clients.api import Operation, Parameter, Schema, alternatives, operations

_HERE = Path(__file__).parent
_PLAIN = {
    "string": "str",
    "integer": "int",
    "number": "float",
    "boolean": "bool",
    "null": "None",
}
_PROJECT = """[build-system]
requires = ["setuptools>=77"]
build-backend = "setuptools.build_meta"

[project]
name = "argosy-client"
version = "1.0.0"
requires-python = ">=3.11"
license = "Apache-2.0"
"""
_MODELS = '''"""The schemas of the API."""

from typing import Any, Literal, NotRequired, TypedDict

'''
_CLIENT = '''"""The operations of the API: `Argosy(Transport(url)).list_products(limit=5)`."""

from collections.abc import Mapping
from typing import Any, Literal
from urllib.parse import quote

from argosy_client import models
from argosy_client.transport import Transport


def _quoted(segment: str) -> str:
    return quote(segment, safe="")


class Argosy:
    """One method for each operation; `headers` go along, such as `If-Match`."""

    def __init__(self, transport: Transport) -> None:
        self.transport = transport
'''


def files(document: dict[str, Any]) -> dict[str, str]:
    """The package by file."""
    schemas = document["components"]["schemas"]
    models = "".join(_model(name, schema) for name, schema in sorted(schemas.items()))
    methods = "".join(_method(one) for one in operations(document))
    return {
        "pyproject.toml": _PROJECT,
        "argosy_client/__init__.py": '"""A client of the Argosy shop API."""\n',
        "argosy_client/py.typed": "",
        "argosy_client/transport.py": (_HERE / "transport.py").read_text("utf-8"),
        "argosy_client/models.py": _MODELS + models,
        "argosy_client/client.py": _CLIENT + methods,
    }


def _type(schema: Schema, scope: str = "") -> str:
    """`scope` is the prefix of the names of models."""
    if reference := schema.get("$ref"):
        name = reference.rpartition("/")[2]
        return f"{scope}{name}" if scope else f'"{name}"'
    if "enum" in schema:
        return f"Literal[{', '.join(map(repr, schema['enum']))}]"
    several = alternatives(schema)
    if len(several) > 1:
        return _union([_type(one, scope) for one in several])
    kind = several[0].get("type")
    if kind == "array":
        return f"list[{_type(schema.get('items', {}), scope)}]"
    if kind == "object":
        others = schema.get("additionalProperties")
        return f"dict[str, {_type(others, scope) if isinstance(others, dict) else 'Any'}]"
    return _PLAIN.get(str(kind), "Any")


def _union(types: list[str]) -> str:
    """Forward references become one text, as `"A" | None` is none of Python's."""
    parts = list(dict.fromkeys(types))
    if "Any" in parts:
        return "Any"
    joined = " | ".join(part.strip('"') if part.startswith('"') else part for part in parts)
    return f'"{joined}"' if any(part.startswith('"') for part in parts) else joined


def _model(name: str, schema: Schema) -> str:
    """A functional TypedDict, since members may be words of Python or hold a dollar."""
    required = set(schema.get("required", ()))
    members = ""
    for member, described in schema.get("properties", {}).items():
        kind = _type(described)
        shown = kind if member in required else f"NotRequired[{kind}]"
        members += f"        {member!r}: {shown},\n"
    return f'{name} = TypedDict(\n    "{name}",\n    {{\n{members}    }},\n)\n'


def _method(one: Operation) -> str:
    arguments = "".join(f", {_named(each)}: str" for each in one.placed("path"))
    body = ""
    if one.body:
        arguments += f", body: {_type(one.body.schema, 'models.')}"
        body = f'("{one.body.kind}", body)'
    arguments += ", *" + "".join(_options(one))
    arguments += ", headers: Mapping[str, str] | None = None"
    answer = _type(one.answer.schema, "models.") if one.answer else "None"
    call = ", ".join(
        [
            f'"{one.method}"',
            _url(one),
            _mapping(one.placed("query")),
            _headers(one),
            body or "None",
        ]
    )
    send = f"self.transport.call({call})"
    result = f"answer: {answer} = {send}\n        return answer" if one.answer else send
    return (
        f"\n    def {one.name}(self{arguments}) -> {answer}:\n"
        f'        """{one.summary}"""\n        {result}\n'
    )


def _options(one: Operation) -> Iterator[str]:
    """Keyword arguments, those without a default first."""
    every = [*one.placed("query"), *one.placed("header")]
    for each in sorted(every, key=lambda parameter: not parameter.required):
        kind = _type(each.schema, "models.")
        if each.required:
            yield f", {_named(each)}: {kind}"
        else:
            yield f", {_named(each)}: {kind if kind.endswith('None') else f'{kind} | None'} = None"


def _named(parameter: Parameter) -> str:
    name = parameter.identifier
    return f"{name}_" if keyword.iskeyword(name) or name in ("self", "body", "headers") else name


def _url(one: Operation) -> str:
    path = one.path
    for each in one.placed("path"):
        path = path.replace(f"{{{each.name}}}", f"{{_quoted({_named(each)})}}")
    return f'f"{path}"' if path != one.path else f'"{path}"'


def _mapping(parameters: list[Parameter]) -> str:
    return "{" + ", ".join(f"{each.name!r}: {_named(each)}" for each in parameters) + "}"


def _headers(one: Operation) -> str:
    own = one.placed("header")
    return f"{{**(headers or {{}}), {_mapping(own)[1:-1]}}}" if own else "headers or {}"
