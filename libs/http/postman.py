"""The OpenAPI document as a Postman collection (format 2.1), for people who try calls by hand."""

import json
from collections import defaultdict
from typing import Any
from urllib.parse import quote

_SCHEMA = "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"
_VARIABLES = {"argosy": "http://127.0.0.1:8000", "token": "", "cart_token": ""}
# What a caller has rather than invents.
_HELD = {"X-Cart-Token": "{{cart_token}}"}


def collection(document: dict[str, Any]) -> dict[str, Any]:
    """One folder for each tag; bodies, paths and headers are the document's own examples."""
    folders: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for path, members in document["paths"].items():
        shared = members.get("parameters", [])
        for method, operation in members.items():
            if method != "parameters":
                folder = next(iter(operation.get("tags", [])), "other")
                folders[folder].append(_item(path, method, operation, shared))
    return {
        "info": {"name": document["info"]["title"], "schema": _SCHEMA},
        "auth": {
            "type": "bearer",
            "bearer": [{"key": "token", "value": "{{token}}", "type": "string"}],
        },
        "variable": [{"key": key, "value": value} for key, value in _VARIABLES.items()],
        "item": [{"name": name, "item": items} for name, items in sorted(folders.items())],
    }


def _item(
    path: str, method: str, operation: dict[str, Any], shared: list[dict[str, Any]]
) -> dict[str, Any]:
    parameters = [*shared, *operation.get("parameters", [])]
    headers = [_header(one) for one in parameters if one["in"] == "header"]
    request: dict[str, Any] = {
        "method": method.upper(),
        "url": _url(path, parameters),
        "description": operation["summary"],
    }
    for kind, content in list(operation.get("requestBody", {}).get("content", {}).items())[:1]:
        example = content.get("example", "")
        raw = example if isinstance(example, str) else json.dumps(example, indent=2)
        headers.append({"key": "Content-Type", "value": kind})
        request["body"] = {"mode": "raw", "raw": raw}
    if not any(operation["security"]):
        request["auth"] = {"type": "noauth"}
    return {"name": operation["operationId"], "request": request | {"header": headers}}


def _header(parameter: dict[str, Any]) -> dict[str, Any]:
    name = parameter["name"]
    value = _HELD.get(name, parameter.get("example", ""))
    return {"key": name, "value": value, "disabled": not parameter.get("required", False)}


def _url(path: str, parameters: list[dict[str, Any]]) -> dict[str, Any]:
    """Postman writes `:name` for a segment that varies."""
    segments = [f":{one[1:-1]}" if one.startswith("{") else one for one in path.split("/")[1:]]
    query = [
        {"key": one["name"], "value": "", "disabled": True}
        for one in parameters
        if one["in"] == "query"
    ]
    variables = [
        {"key": one["name"], "value": quote(str(one.get("example", "")))}
        for one in parameters
        if one["in"] == "path"
    ]
    return {
        "raw": "{{argosy}}/" + "/".join(segments),
        "host": ["{{argosy}}"],
        "path": segments,
        "query": query,
        "variable": variables,
    }
