"""The matrix turns every switch: each boolean both ways, each choice once."""

from collections.abc import Iterator
from typing import Any

from tests.platform.render.cases import CASES, SERVICE, UMBRELLA, WITH_JOBS
from tools.charts import contract
from tools.charts.contract import Schema

# Part of the contract, the charts whose values have it, and the path before it.
PLACES = {
    "platform": ((SERVICE, UMBRELLA), "global"),
    "service": ((SERVICE,), ""),
    "jobs": ((WITH_JOBS,), "workers.jobs"),
    "umbrella": ((UMBRELLA,), ""),
}


def switches(properties: dict[str, Schema], path: str) -> Iterator[tuple[str, Any]]:
    """Every choice that there is: the path of a value, and what it may be."""
    for name, schema in properties.items():
        place = f"{path}.{name}".lstrip(".")
        choices = schema.get("enum", [True, False] if schema.get("type") == "boolean" else [])
        yield from ((place, choice) for choice in choices)
        yield from switches(contract.properties_of(schema), place)


def given(values: Any, path: str) -> Any:
    """What values say at a path; None: nothing."""
    for name in path.split("."):
        values = values.get(name) if isinstance(values, dict) else None
    return values


def test_every_switch_is_turned():
    unturned = []
    for part, (charts, path) in PLACES.items():
        properties = contract.load()[part]
        for place, choice in switches(properties, path):
            schema = _at(properties, place.removeprefix(path).lstrip("."))
            said = [given(case.values, place) for case in CASES.values() if case.chart in charts]
            if choice not in said and choice != schema.get("default"):
                unturned.append(f"{place}: {choice}")

    assert unturned == []


def _at(properties: dict[str, Schema], path: str) -> Schema:
    *parents, last = path.split(".")
    for name in parents:
        properties = contract.properties_of(properties[name])
    return properties[last]
