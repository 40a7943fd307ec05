"""What the charts install is what was tested here: every rule with its link, every dashboard."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.platform.monitoring.cases import promtool
from tests.platform.monitoring.repository import alerts, dashboards, rules
from tools.charts.engine import Chart, Object
from tools.monitoring.files import CHARTS
from tools.monitoring.rules import runbook

BASE = "https://docs.example/argosy"
MONITORED = {"rules": True, "dashboards": True, "scrape": True, "runbooks": BASE}
# A Kubernetes object may have this many bytes in all, ConfigMaps among them.
LARGEST = 1_000_000


@pytest.fixture(scope="module")
def installed() -> list[Object]:
    """All objects of the whole shop."""
    return Chart(CHARTS / "argosy").objects({"global": {"monitoring": MONITORED}})


def _of(installed: list[Object], kind: str) -> list[Object]:
    return [one for one in installed if one["kind"] == kind]


def _rules(installed: list[Object]) -> list[dict[str, Any]]:
    return [
        rule
        for one in _of(installed, "PrometheusRule")
        for group in one["spec"]["groups"]
        for rule in group["rules"]
    ]


def test_every_rule_is_installed_as_it_was_tested(installed: list[Object]) -> None:
    found = {
        (rule.get("alert") or rule.get("record"), rule["expr"].strip())
        for rule in _rules(installed)
    }

    assert found == {(rule.alert or rule.content["record"], rule.expr.strip()) for rule in rules()}
    assert len(_rules(installed)) == len(rules())


def test_the_installed_rules_can_be_loaded(installed: list[Object], tmp_path: Path) -> None:
    files = []
    for number, one in enumerate(_of(installed, "PrometheusRule")):
        files.append(tmp_path / f"{number}.yaml")
        files[-1].write_text(yaml.safe_dump(one["spec"]))

    assert promtool("check", "rules", *files) == ""


def test_every_alert_links_to_its_runbook_at_the_given_place(installed: list[Object]) -> None:
    links = {rule["annotations"]["runbook_url"] for rule in _rules(installed) if "alert" in rule}

    assert links == {f"{BASE}/{runbook(rule.alert)}" for rule in alerts()}


def test_every_dashboard_is_installed_whole(installed: list[Object]) -> None:
    found = {
        name: json.loads(text)
        for one in _of(installed, "ConfigMap")
        if one["metadata"]["labels"].get("grafana_dashboard")
        for name, text in one["data"].items()
    }

    assert found == {file.name: json.loads(file.read_text()) for file in dashboards()}


def test_what_is_scraped_keeps_its_own_labels(installed: list[Object]) -> None:
    endpoints = [
        endpoint
        for kind, field in (("ServiceMonitor", "endpoints"), ("PodMonitor", "podMetricsEndpoints"))
        for one in _of(installed, kind)
        for endpoint in one["spec"][field]
    ]

    assert endpoints
    assert all(endpoint.get("honorLabels") for endpoint in endpoints)


def test_no_object_is_too_large(installed: list[Object]) -> None:
    sizes = {one["metadata"]["name"]: len(json.dumps(one)) for one in installed}

    assert {name for name, size in sizes.items() if size > LARGEST} == set()
