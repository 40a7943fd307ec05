"""The values that the charts take, from contract.yaml: their defaults and their closed schemas."""

from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any, get_type_hints

import yaml

from libs.settings import Settings
from tools.charts.facts import Service, config_variables

Schema = dict[str, Any]
_FILE = Path(__file__).with_name("contract.yaml")
_DIALECT = "http://json-schema.org/draft-07/schema#"
_NAME = {"type": "string", "pattern": "^[a-z0-9]([-.a-z0-9]*[a-z0-9])?$"}
_TYPES: dict[Any, Schema] = {
    int: {"type": "integer"},
    float: {"type": "number"},
    bool: {"type": "boolean"},
    tuple[str, ...]: {"type": "array", "items": {"type": "string"}},
}


def load() -> dict[str, Schema]:
    """The parts of the contract; `jobs` is one schema, the others are properties by name."""
    parts: dict[str, Schema] = yaml.safe_load(_FILE.read_text("utf-8"))
    del parts["definitions"]
    return parts


def properties_of(schema: Schema) -> dict[str, Schema]:
    """The schema's own properties; `{}` for a leaf, whatever defaults it has."""
    found: dict[str, Schema] = schema.get("properties", {})
    return found


def default(schema: Schema) -> Any:
    """The value that stands when nobody says one."""
    if "default" in schema:
        return schema["default"]
    return {name: default(member) for name, member in properties_of(schema).items() if has(member)}


def has(schema: Schema) -> bool:
    """Whether there is a default anywhere below."""
    return "default" in schema or any(has(member) for member in properties_of(schema).values())


def closed(schema: Schema) -> Schema:
    """The same without defaults, and every object with properties closed against typos."""
    kept = {key: value for key, value in schema.items() if key != "default"}
    if "properties" in kept:
        kept["properties"] = {name: closed(each) for name, each in kept["properties"].items()}
        kept["additionalProperties"] = False
    if "items" in kept:
        kept["items"] = closed(kept["items"])
    return kept


def service_schema(parts: dict[str, Schema], service: Service, facts: dict[str, Any]) -> Schema:
    """values.schema.json of one service's chart."""
    properties = _platform(parts) | {"enabled": {"type": "boolean"}}
    return _document(service.name, properties | _service(parts, facts, _config([service])))


def umbrella_schema(
    parts: dict[str, Schema], services: list[Service], facts: dict[str, Any]
) -> Schema:
    """values.schema.json of the umbrella; a service's own values are its own schema's affair."""
    each: Schema = {service.name: {"type": "object"} for service in services}
    every = {"type": "object", "properties": _service(parts, facts, _config(services))}
    own = {"allInOne": every, **parts["umbrella"]}
    return _document("argosy", _platform(parts) | each | own)


def _document(title: str, properties: Schema) -> Schema:
    head = {"$schema": _DIALECT, "title": title}
    return head | closed({"type": "object", "properties": properties})


def _platform(parts: dict[str, Schema]) -> Schema:
    # Helm puts the library's own values under its name.
    library = {"type": "object"}
    return {"global": {"type": "object", "properties": parts["platform"]}, "common": library}


def _service(parts: dict[str, Schema], facts: dict[str, Any], config: Schema) -> Schema:
    pools = dict(properties_of(parts["service"]["workers"]))
    if "jobs" in facts["workers"]:
        pools["jobs"] = {"type": "object", "properties": parts["jobs"]}
    secrets = {one["id"]: _secret(one) for one in facts["secrets"]}
    secrets["brokerManagement"] = _secret(facts["brokerManagement"])
    return {
        **parts["service"],
        "workers": {"type": "object", "properties": pools},
        "config": {"type": "object", "properties": config},
        "secrets": {"type": "object", "properties": secrets},
    }


def _secret(known: dict[str, Any]) -> Schema:
    switch = {"enabled": {"type": "boolean"}} if "given" in known else {}
    key = {"key": {"type": "string", "minLength": 1}} if known["key"] else {}
    properties = switch | {"name": _NAME} | key
    return {"type": "object", "properties": properties}


def _config(services: list[Service]) -> Schema:
    return {
        variable: _setting(group, name)
        for service in services
        for variable, (group, name) in config_variables(service).items()
    }


def _setting(group: type[Settings], name: str) -> Schema:
    field = next(one for one in fields(group) if one.name == name)
    kind = _TYPES.get(get_type_hints(group)[name], {"type": "string"})
    choices = {"enum": list(field.metadata["one_of"])} if "one_of" in field.metadata else {}
    return kind | choices | {"description": str(field.metadata.get("help", ""))}


def rows(properties: dict[str, Schema], path: str = "") -> Iterator[tuple[str, Any, str]]:
    """Every value: its path, its default, what it means."""
    for name, schema in properties.items():
        place = f"{path}.{name}" if path else name
        below = properties_of(schema)
        if below and "default" not in schema:
            yield from rows(below, place)
        else:
            yield place, default(schema), schema.get("description", "")
