"""A defect planted into the templates themselves shows in what they render to."""

import shutil
from pathlib import Path

import pytest

from tests.platform.render import matrix
from tests.platform.render.rules.every import findings
from tools.charts.engine import Chart
from tools.charts.files import CHARTS

# Template, what stands there, what stands there instead, values, the rule that finds it.
PLANTED = [
    (
        "_workloads.tpl",
        "{{- if not .size.autoscaling.enabled }}",
        "{{- if true }}",
        matrix.SCALED,
        "autoscaled",
    ),
    ("_workloads.tpl", "maxUnavailable: 0\n", "maxUnavailable: 1\n", {}, "rollouts"),
    ("_workloads.tpl", "targetPort: http", "targetPort: web", {}, "services"),
    ("_workloads.tpl", '"name" "http" "number" 8000', '"name" "http" "number" 8080', {}, "listens"),
    (
        "_workloads.tpl",
        '{{ include "common.budget" . }}',
        "",
        {},
        "disruptions",
    ),
    ("_workloads.tpl", "gate: {{ .scope.values.migrate.enabled }}", "gate: false", {}, "gates"),
    ("_pod.tpl", "automountServiceAccountToken: false", "", {}, "without_token"),
    ("_pod.tpl", "enableServiceLinks: false", "", {}, "without_service_variables"),
    ("_pod.tpl", "readOnlyRootFilesystem: true", "readOnlyRootFilesystem: false", {}, "confined"),
    ("_pod.tpl", "readinessProbe:", "readinesProbe:", {}, "probed"),
    ("_pod.tpl", "| sha256sum", "| sha1sum", {}, "config"),
    ("_pod.tpl", "    medium: Memory\n", "", {}, "volumes"),
    ("_names.tpl", "app.kubernetes.io/part-of: argosy\n", "", {}, "labels"),
    ("_secrets.tpl", "key: {{ $secret.key }}\n", "key: uri\n", {}, "secrets"),
    ("_config.tpl", "{{ int64 . }}", "{{ . }}", matrix.EVERY_KNOB, "told_everything"),
    ("_jobs.tpl", '"helm.sh/hook-weight" "-10"', '"helm.sh/hook-weight" "0"', {}, "hooks_find"),
    ("_jobs.tpl", "pre-install,pre-upgrade", "post-install,post-upgrade", {}, "nothing_comes"),
    ("_network.tpl", "{{- if eq .to $.name }}", "{{- if false }}", {}, "both_sides_agree"),
    ("_network.tpl", '{{- include "common.dataEgress" . | nindent 4 }}', "", {}, "data_that_is"),
    ("_network.tpl", "policyTypes: [Ingress, Egress]", "policyTypes: [Ingress]", {}, "every_pod"),
    (
        "_route.tpl",
        "{{- range chunk 8 .prefixes }}",
        "{{- range list (first (chunk 1 .prefixes)) }}",
        {"global": {"route": matrix.GATEWAY}},
        "routes",
    ),
    (
        "_autoscale.tpl",
        "protocol: http",
        "protocol: amqp",
        matrix.SCALED,
        "scaled_by_their_queues",
    ),
    (
        "_monitor.tpl",
        "- port: probes",
        "- port: metrics",
        {"global": {"monitoring": matrix.MONITORED}},
        "monitors",
    ),
]


@pytest.fixture
def copied(tmp_path) -> Path:
    return Path(shutil.copytree(CHARTS, tmp_path / "charts", symlinks=True))


@pytest.mark.parametrize(
    ("template", "original", "defect", "values", "rule"),
    PLANTED,
    ids=[f"{one[0]} {one[4]}" for one in PLANTED],
)
def test_a_defect_of_a_template_is_found(copied, template, original, defect, values, rule):
    place = copied / "common/templates" / template
    text = place.read_text("utf-8")
    assert original in text

    place.write_text(text.replace(original, defect), "utf-8")

    found = findings(Chart(copied / _chart(rule)).objects(values))
    assert any(said.startswith(rule) for said in found)


def _chart(rule: str) -> str:
    """Both sides of a call are there only where both services are."""
    return "argosy" if rule == "both_sides_agree" else "orders"
