"""Whether the API server would take an object: strict schemas of several releases of Kubernetes."""

import json
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema_rs
import kubernetes_validate
import yaml

from tests.platform.render.installed import Object, described

# The oldest release that the charts take, one between, and the newest that there are schemas of.
VERSIONS = ("1.29.0", "1.32.0", kubernetes_validate.latest_version())
_CUSTOM = Path(__file__).with_name("custom.yaml")
_DEFINITIONS = "urn:definitions"
_seen: set[tuple[str, str]] = set()


def faults(objects: list[Object], version: str) -> list[str]:
    """What a release of Kubernetes would refuse; a kind without a schema is refused too."""
    found: list[str] = []
    for one in objects:
        mark = (version, json.dumps(one, sort_keys=True))
        if mark in _seen:
            continue
        wrong = [f"{described(one)}: {error.message}" for error in _errors(one, version)]
        found += wrong
        if not wrong:
            _seen.add(mark)
    return found


def _errors(one: Object, version: str) -> list[Any]:
    return list(_validator(one["apiVersion"], one["kind"], version).iter_errors(one))


@cache
def _validator(api: str, kind: str, version: str) -> jsonschema_rs.Draft202012Validator:
    custom = custom_schemas().get(f"{api} {kind}")
    if custom:
        return jsonschema_rs.Draft202012Validator(custom)
    folder = files(kubernetes_validate) / "kubernetes-json-schema" / f"v{version}-local-strict"
    group, _, number = api.rpartition("/")
    parts = (kind, group.partition(".")[0], number)
    name = "-".join(part.lower() for part in parts if part)
    text = (folder / f"{name}.json").read_text("utf-8")
    schema = json.loads(text.replace("/api/_definitions.json#", f"{_DEFINITIONS}#"))
    registry = jsonschema_rs.Registry([(_DEFINITIONS, _definitions(version))])
    return jsonschema_rs.Draft202012Validator(schema, registry=registry)


@cache
def _definitions(version: str) -> Any:
    folder = files(kubernetes_validate) / "kubernetes-json-schema" / f"v{version}-local-strict"
    return json.loads((folder / "_definitions.json").read_text("utf-8"))


@cache
def custom_schemas() -> dict[str, Any]:
    """The custom resources that the charts render, as far as they use them, closed."""
    schemas: dict[str, Any] = yaml.safe_load(_CUSTOM.read_text("utf-8"))
    return schemas
