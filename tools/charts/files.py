"""Every generated file below charts/: its text, or where the symbolic link points to."""

import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from tools.charts import contract, facts, tables
from tools.charts.calls import calls
from tools.charts.facts import Service

ROOT = Path(__file__).resolve().parents[2]
CHARTS = ROOT / "charts"
UMBRELLA = "argosy"
_NOTE = "Written by `make charts` from the code; edits are lost."
_ALL = '{{ include "common.all" . }}\n'
_EMPTY = "# Only what differs from charts/common/values.yaml.\n{}\n"


@dataclass(frozen=True)
class Link:
    """A symbolic link, relative, so that a chart finds its parts in every checkout."""

    target: str


Tree = dict[Path, str | Link]


class _Dumper(yaml.SafeDumper):
    """Plain YAML, without anchors."""

    def ignore_aliases(self, _data: Any) -> bool:
        return True


def dump(document: Any) -> str:
    """YAML in the order given."""
    return yaml.dump(document, Dumper=_Dumper, sort_keys=False, width=100, allow_unicode=True)


def tree() -> Tree:
    """All generated files, relative to charts/."""
    services = facts.discover()
    parts = contract.load()
    found: Tree = {
        Path("common/values.yaml"): _library_values(parts),
        Path("common/templates/_calls.tpl"): _calls_template(services),
    }
    for service in services:
        found |= _service_chart(parts, service)
    found |= _umbrella_chart(parts, services)
    page = (CHARTS / "README.md").read_text("utf-8")
    every = [facts.of_service(service) for service in services]
    found[Path("README.md")] = tables.insert(page, parts, every)
    return found


def scaffold(services: list[Service]) -> Tree:
    """What a new service gets once and then owns: its differences."""
    return {Path(service.name, "values.yaml"): _EMPTY for service in services}


def _library_values(parts: Mapping[str, Any]) -> str:
    exports = {
        "platform": {"global": _defaults(parts["platform"])},
        "service": _defaults(parts["service"]) | {"config": {}, "secrets": {}},
        "jobs": {"workers": {"jobs": _defaults(parts["jobs"])}},
    }
    return f"# {_NOTE}\n# The charts import these defaults as their own values.\n" + dump(
        {"exports": exports}
    )


def _defaults(properties: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: contract.default(schema)
        for name, schema in properties.items()
        if contract.has(schema)
    }


def _calls_template(services: list[Service]) -> str:
    names = [service.name for service in services]
    return (
        f"{{{{/* {_NOTE} */}}}}\n"
        f'{{{{- define "common.calls" -}}}}\n{_lines(calls(services))}{{{{- end -}}}}\n'
        f'{{{{- define "common.serviceNames" -}}}}\n{_lines(names)}{{{{- end -}}}}\n'
    )


def _lines(items: list[Any]) -> str:
    return "".join(f"- {json.dumps(item)}\n" for item in items)


def _service_chart(parts: Mapping[str, Any], service: Service) -> Tree:
    known = facts.of_service(service)
    imports = ["platform", "service", *(["jobs"] if "jobs" in known["workers"] else [])]
    library = {"name": "common", "version": _version(), "import-values": imports}
    schema = contract.service_schema(dict(parts), service, known)
    files: Tree = {
        Path("Chart.yaml"): _chart(service.name, _summary(service.name), [library]),
        Path("facts.yaml"): f"# {_NOTE}\n{dump(known)}",
        Path("values.schema.json"): _json(schema),
        Path("templates/all.yaml"): _ALL,
        Path("charts/common"): Link("../../common"),
    }
    return {service.name / path: content for path, content in files.items()}


def _umbrella_chart(parts: Mapping[str, Any], services: list[Service]) -> Tree:
    known = facts.of_all_in_one(services)
    every = [{"child": f"exports.{part}", "parent": "allInOne"} for part in ("service", "jobs")]
    library = {"name": "common", "version": _version(), "import-values": ["platform", *every]}
    each = [
        {"name": one.name, "version": _version(), "condition": f"{one.name}.enabled"}
        for one in services
    ]
    files: Tree = {
        Path("Chart.yaml"): _chart(UMBRELLA, "The whole shop", [library, *each]),
        Path("facts.yaml"): f"# {_NOTE}\n{dump(known)}",
        Path("values.yaml"): f"# {_NOTE}\n{dump(_defaults(parts['umbrella']))}",
        Path("values.schema.json"): _json(contract.umbrella_schema(dict(parts), services, known)),
    }
    files |= {
        Path("charts", name): Link(f"../../{name}")
        for name in ("common", *(service.name for service in services))
    }
    return {UMBRELLA / path: content for path, content in files.items()}


def _chart(name: str, description: str, dependencies: list[dict[str, Any]]) -> str:
    document = {
        "apiVersion": "v2",
        "name": name,
        "description": description,
        "type": "application",
        "version": _version(),
        "appVersion": _version(),
        "kubeVersion": ">=1.29.0-0",
        "dependencies": dependencies,
    }
    return f"# {_NOTE}\n{dump(document)}"


def _version() -> str:
    version: str = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    return version


def _summary(name: str) -> str:
    """The first paragraph of the service's README, as one line."""
    text = (ROOT / "services" / name / "README.md").read_text("utf-8")
    paragraphs = [part for part in text.split("\n\n") if part and not part.startswith("#")]
    return " ".join(paragraphs[0].split())


def _json(document: Any) -> str:
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"
