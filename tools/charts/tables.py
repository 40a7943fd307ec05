"""The tables of values in charts/README.md."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from tools.charts.contract import rows

# Part of the contract, and the path before its values.
_PLACES = {
    "platform": "global",
    "service": "",
    "jobs": "workers.jobs",
    "umbrella": "",
}


def insert(text: str, parts: Mapping[str, Any], facts: Iterable[Mapping[str, Any]]) -> str:
    """The page with each table between its two marks written anew."""
    for part, path in _PLACES.items():
        text = _between(text, f"values: {part}", table(parts[part], path))
    return _between(text, "secrets", secrets(facts))


def _between(text: str, mark: str, content: str) -> str:
    start, end = f"<!-- {mark} -->\n", "<!-- end -->"
    before, _, rest = text.partition(start)
    _, _, after = rest.partition(end)
    return f"{before}{start}{content}{end}{after}"


def table(properties: Mapping[str, Any], path: str) -> str:
    """One row for each value."""
    head = "| Value | Default | Meaning |\n|---|---|---|\n"
    return head + "".join(
        f"| `{place}` | `{json.dumps(value)}` | {meaning} |\n"
        for place, value, meaning in rows(dict(properties), path)
    )


def secrets(facts: Iterable[Mapping[str, Any]]) -> str:
    """One row for each key of a Secret that a chart of a service names."""
    head = "| Chart | Id | Secret | Key | Given as | Expected |\n|---|---|---|---|---|---|\n"
    return head + "".join(
        f"| {known['name']} | `{one['id']}` | `{one['secret']}` | {_key(one)} |"
        f" {_given_as(one)} | {_expected(one)} |\n"
        for known in facts
        for one in (*known["secrets"], known["brokerManagement"] | {"id": "brokerManagement"})
    )


def _key(secret: Mapping[str, Any]) -> str:
    return f"`{secret['key']}`" if secret["key"] else "every key is a file, `*.active.pem` signs"


def _given_as(secret: Mapping[str, Any]) -> str:
    kinds = {"env": "", "file": "file, ", "folder": "folder, "}
    return f"{kinds[secret['kind']]}`{secret['variable']}`" if "kind" in secret else "KEDA"


def _expected(secret: Mapping[str, Any]) -> str:
    if "kind" not in secret:
        return "with autoscaling of workers"
    if "given" not in secret:
        return "always"
    return "unless disabled" if secret["given"] else "if enabled"
