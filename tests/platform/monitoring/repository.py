"""The rule files of the charts, and all alerts in them."""

import importlib
import json
from pathlib import Path
from typing import Any, NamedTuple

import yaml
from prometheus_client import Counter, Gauge, Histogram

from tools.monitoring.dashboards.board import Query
from tools.monitoring.files import CHARTS

ROOT = CHARTS.parent
RULE_FILES = sorted(CHARTS.glob("*/alerts/*.yaml"))
GENERATED = "budgets"
CODE = [
    path
    for folder in ("libs", "services")
    for path in sorted((ROOT / folder).rglob("*.py"))
    if "tests" not in path.parts
]


class Rule(NamedTuple):
    """One rule and the file that it stands in."""

    file: Path
    content: dict[str, Any]

    @property
    def alert(self) -> str:
        return str(self.content.get("alert", ""))

    @property
    def expr(self) -> str:
        return str(self.content["expr"])


def rules() -> list[Rule]:
    """Every rule of every chart."""
    return [
        Rule(file, rule)
        for file in RULE_FILES
        for group in yaml.safe_load(file.read_text())["groups"]
        for rule in group["rules"]
    ]


def alerts() -> list[Rule]:
    """Every alert of every chart."""
    return [rule for rule in rules() if rule.alert]


def rule_file(stem: str) -> Path:
    """The one file of that name that is written by hand."""
    (found,) = (file for file in RULE_FILES if file.stem == stem)
    return found


def generated_file(service: str) -> Path:
    """The rule file that is made from the service's objectives."""
    return CHARTS / service / "alerts" / f"{GENERATED}.yaml"


def declared_labels() -> dict[str, set[str]]:
    """The labels of every metric that the code declares in a module `metrics`."""
    found: dict[str, set[str]] = {}
    for path in CODE:
        if path.name == "metrics.py":
            name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
            for metric in vars(importlib.import_module(name)).values():
                if isinstance(metric, Counter | Gauge | Histogram):
                    for suffix in ("", "_total", "_bucket", "_sum", "_count"):
                        found[metric._name + suffix] = {*metric._labelnames, "le"}
    return found


def dashboards() -> list[Path]:
    """Every dashboard of every chart."""
    return sorted(CHARTS.glob("*/dashboards/*.json"))


def queries(dashboard: Path) -> list[Query]:
    """What the dashboard asks Prometheus."""
    board = json.loads(dashboard.read_text("utf-8"))
    return [
        Query(target["expr"], target["legendFormat"])
        for panel in board["panels"]
        for target in panel.get("targets", ())
    ]
