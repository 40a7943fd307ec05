"""Rules say what they must, can be loaded, and are what the code makes of the objectives."""

from collections import Counter
from pathlib import Path

import pytest
import yaml

from tests.platform.monitoring.cases import promtool
from tests.platform.monitoring.promql import grouped, named
from tests.platform.monitoring.repository import RULE_FILES, Rule, alerts
from tools.monitoring.__main__ import stale
from tools.monitoring.files import CHARTS, tree
from tools.monitoring.rules import runbook


def faults(rule: Rule) -> list[str]:
    """What an alert lacks."""
    annotations, labels = rule.content["annotations"], rule.content["labels"]
    summary = annotations.get("summary", "")
    known = set(labels).union(*(names for names, _ in grouped(rule.expr)))
    found = {
        "its name does not begin with Argosy": not rule.alert.startswith("Argosy"),
        "its severity is neither page nor ticket": labels.get("severity") not in ("page", "ticket"),
        "its summary is no sentence": not summary.endswith("."),
        "its summary names labels that it has not": not named(summary) <= known,
        "its runbook is not that of its name": annotations.get("runbook_url")
        != runbook(rule.alert),
        "it has other annotations": annotations.keys() != {"summary", "runbook_url"},
    }
    return [fault for fault, is_so in found.items() if is_so]


def test_promtool_accepts_every_rule() -> None:
    assert promtool("check", "rules", *RULE_FILES) == ""


@pytest.mark.parametrize("rule", alerts(), ids=lambda rule: f"{rule.file.stem}-{rule.alert}")
def test_an_alert_says_how_urgent_it_is_what_is_wrong_and_what_to_do(rule: Rule) -> None:
    assert faults(rule) == []


def test_an_alert_that_says_too_little_is_reported() -> None:
    content = {
        "alert": "Down",
        "expr": "sum by (service) (up) == 0",
        "labels": {"severity": "critical"},
        "annotations": {"summary": "{{ $labels.pod }} is down", "runbook_url": "docs", "more": ""},
    }

    assert len(faults(Rule(Path("x.yaml"), content))) == 6


def test_no_two_groups_have_one_name() -> None:
    names = Counter(
        group["name"] for file in RULE_FILES for group in yaml.safe_load(file.read_text())["groups"]
    )

    assert [name for name, count in names.items() if count > 1] == []


def test_rules_and_dashboards_are_what_the_code_makes_of_them() -> None:
    assert stale(tree(), CHARTS) == []


def test_a_file_that_was_edited_or_is_left_over_is_reported(tmp_path: Path) -> None:
    wanted = {Path("orders/alerts/budgets.yaml"): "a", Path("orders/dashboards/orders.json"): "b"}
    for name, text in (
        ("orders/alerts/budgets.yaml", "edited"),
        ("orders/dashboards/orders.json", "b"),
        ("gone/dashboards/gone.json", "c"),
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)

    assert stale(wanted, tmp_path) == ["gone/dashboards/gone.json", "orders/alerts/budgets.yaml"]
