"""The TypeScript client: interfaces and one method for each operation."""

import json
from pathlib import Path
from typing import Any

from tools.clients.api import Operation, Parameter, Schema, alternatives, operations

_HERE = Path(__file__).parent
_PLAIN = {
    "string": "string",
    "integer": "number",
    "number": "number",
    "boolean": "boolean",
    "null": "null",
}
_CLIENT = """/** The operations: `await new Argosy(new Transport(url)).listProducts({limit: 5})`. */

import type * as models from "./models.js";
import { type Headers, Transport } from "./transport.js";

const quoted = encodeURIComponent;

export class Argosy {
  constructor(readonly transport: Transport) {}
"""
_PACKAGE = {
    "name": "argosy-client",
    "version": "1.0.0",
    "type": "module",
    "main": "client.js",
    "license": "Apache-2.0",
}
_COMPILER = {
    "compilerOptions": {
        "target": "es2022",
        "module": "nodenext",
        "moduleResolution": "nodenext",
        "lib": ["es2022", "dom", "dom.iterable"],
        "strict": True,
        "exactOptionalPropertyTypes": True,
        "noUnusedLocals": True,
        "declaration": True,
        "types": [],
    },
    "include": ["*.ts"],
}


def files(document: dict[str, Any]) -> dict[str, str]:
    """The package by file."""
    schemas = document["components"]["schemas"]
    models = "\n".join(_model(name, schema) for name, schema in sorted(schemas.items()))
    methods = "".join(_method(one) for one in operations(document))
    return {
        "package.json": json.dumps(_PACKAGE, indent=2) + "\n",
        "tsconfig.json": json.dumps(_COMPILER, indent=2) + "\n",
        "transport.ts": (_HERE / "transport.ts").read_text("utf-8"),
        "models.ts": f"/** The schemas of the API. */\n\n{models}",
        "client.ts": f"{_CLIENT}{methods}}}\n",
    }


def _type(schema: Schema, scope: str = "") -> str:
    """`scope` is the prefix of the names of models."""
    if reference := schema.get("$ref"):
        name: str = reference.rpartition("/")[2]
        return f"{scope}{name}"
    if "enum" in schema:
        return " | ".join(json.dumps(value) for value in schema["enum"])
    several = alternatives(schema)
    if len(several) > 1:
        types = list(dict.fromkeys(_type(one, scope) for one in several))
        return "unknown" if "unknown" in types else " | ".join(types)
    kind = several[0].get("type")
    if kind == "array":
        return f"Array<{_type(schema.get('items', {}), scope)}>"
    if kind == "object":
        return _object(schema, scope)
    return _PLAIN.get(str(kind), "unknown")


def _object(schema: Schema, scope: str) -> str:
    if members := schema.get("properties"):
        return f"{{ {' '.join(_members(members, schema.get('required', ()), scope))} }}"
    others = schema.get("additionalProperties")
    inner = _type(others, scope) if isinstance(others, dict) else "unknown"
    return f"{{ [name: string]: {inner} }}"


def _members(properties: dict[str, Schema], required: Any, scope: str) -> list[str]:
    return [
        f"{json.dumps(name)}{'' if name in required else '?'}: {_type(one, scope)};"
        for name, one in properties.items()
    ]


def _model(name: str, schema: Schema) -> str:
    members = _members(schema.get("properties", {}), schema.get("required", ()), "")
    inside = "".join(f"  {member}\n" for member in members)
    return f"export interface {name} {{\n{inside}}}\n"


def _method(one: Operation) -> str:
    arguments = [f"{_camel(each)}: string" for each in one.placed("path")]
    if one.body:
        arguments.append(f"body: {_type(one.body.schema, 'models.')}")
    arguments += _options(one)
    arguments.append("headers: Headers = {}")
    answer = _type(one.answer.schema, "models.") if one.answer else "null"
    body = f'["{one.body.kind}", body]' if one.body else "null"
    own = "".join(f', "{each.name}": query[{each.name!r}]' for each in one.placed("header"))
    query = ", ".join(
        f"{json.dumps(each.name)}: query[{json.dumps(each.name)}]" for each in one.placed("query")
    )
    return (
        f"\n  /** {one.summary} */\n"
        f"  {_camel_name(one.name)}({', '.join(arguments)}): Promise<{answer}> {{\n"
        f'    return this.transport.call("{one.method}", {_url(one)}, {{ {query} }},'
        f" {{ ...headers{own} }}, {body});\n  }}\n"
    )


def _options(one: Operation) -> list[str]:
    """What may be given by name: the query and the headers that the operation declares."""
    every = [*one.placed("query"), *one.placed("header")]
    if not every:
        return []
    members = " ".join(
        f"{json.dumps(each.name)}{'' if each.required else '?'}: {_type(each.schema, 'models.')};"
        for each in every
    )
    default = "" if any(each.required for each in every) else " = {}"
    return [f"query: {{ {members} }}{default}"]


def _url(one: Operation) -> str:
    path = one.path
    for each in one.placed("path"):
        path = path.replace(f"{{{each.name}}}", f"${{quoted({_camel(each)})}}")
    return f"`{path}`"


def _camel(parameter: Parameter) -> str:
    return _camel_name(parameter.identifier)


def _camel_name(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)
