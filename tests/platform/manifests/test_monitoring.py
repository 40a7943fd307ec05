"""A Prometheus without the operator finds every pod that has metrics, and gets every rule."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from libs.testing.servers.programs import monitoring_program
from tests.platform.manifests import objects, shops
from tests.platform.manifests.objects import K8S, ROOT, Object
from tools.manifests import rules

SETTINGS: dict[str, Any] = yaml.safe_load((K8S / "monitoring/plain/prometheus.yml").read_text())
# The operators' pods, which only a cluster has, as their operators label them.
_OPERATED = (
    (
        "postgresql",
        {"cnpg.io/cluster": "argosy-postgresql", "cnpg.io/podRole": "instance"},
        "metrics",
    ),
    ("postgresql", {"cnpg.io/poolerName": "argosy-postgresql-pooler"}, "metrics"),
    ("rabbitmq", {"app.kubernetes.io/name": "argosy-rabbitmq"}, "prometheus"),
)
_LOOK_FOR_PODS = {"apiGroups": [""], "resources": ["pods"], "verbs": ["get", "list", "watch"]}


def _job(name: str) -> dict[str, Any]:
    return next(job for job in SETTINGS["scrape_configs"] if job["job_name"] == name)


def _kept(job: dict[str, Any], labels: dict[str, str], port: str) -> bool:
    """Whether the rules of a job keep a target, as Prometheus reads them."""
    found = {
        f"__meta_kubernetes_pod_label_{re.sub(r'[^A-Za-z0-9]', '_', key)}": value
        for key, value in labels.items()
    }
    found |= {
        "__meta_kubernetes_pod_container_port_name": port,
        "__meta_kubernetes_pod_phase": "Running",
    }
    return all(
        re.fullmatch(rule["regex"], ";".join(found.get(name, "") for name in rule["source_labels"]))
        for rule in job["relabel_configs"]
        if rule.get("action") == "keep"
    )


def _targets(found: list[Object]) -> Iterator[tuple[str, dict[str, str], str]]:
    """Name, labels and port of everything that could be scraped."""
    for one in objects.of_kind(found, "Deployment", "StatefulSet"):
        pod = one["spec"]["template"]
        for container in pod["spec"]["containers"]:
            for port in container.get("ports", []):
                yield one["metadata"]["name"], pod["metadata"]["labels"], port["name"]


def _promtool(*arguments: str | Path) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(  # noqa: S603 - a fixed program, no shell
        [monitoring_program("promtool"), *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_the_settings_are_what_prometheus_takes(tmp_path):
    """Debian builds its Prometheus without the discovery of pods, so fixed targets stand for it."""
    text = (K8S / "monitoring/plain/prometheus.yml").read_text("utf-8")
    fixed = yaml.safe_load(text)
    for job in fixed["scrape_configs"]:
        if job.pop("kubernetes_sd_configs", None):
            job["static_configs"] = [{"targets": ["pod:80"]}]
    (tmp_path / "prometheus.yml").write_text(yaml.safe_dump(fixed), "utf-8")

    checked = _promtool("check", "config", "--syntax-only", tmp_path / "prometheus.yml")

    assert checked.returncode == 0, checked.stderr + checked.stdout


@pytest.mark.parametrize("overlay", shops.OVERLAYS)
def test_every_web_and_worker_pod_is_scraped_once(overlay):
    found = objects.of_kind(shops.rendered(overlay), "Deployment")
    wanted = {
        one["metadata"]["name"]
        for one in found
        if re.fullmatch("web|worker-.+", one["metadata"]["labels"]["app.kubernetes.io/component"])
    }

    kept = [name for name, labels, port in _targets(found) if _kept(_job("argosy"), labels, port)]

    assert len(kept) == len(set(kept))
    assert set(kept) == wanted


def test_the_broker_of_an_evaluation_is_scraped_for_its_queues_too():
    found = shops.rendered("eval")
    for job in ("rabbitmq", "rabbitmq-queues"):
        kept = [name for name, labels, port in _targets(found) if _kept(_job(job), labels, port)]

        assert kept == ["argosy-rabbitmq"]


@pytest.mark.parametrize(("job", "labels", "port"), _OPERATED)
def test_the_data_services_of_the_operators_are_scraped(job, labels, port):
    assert _kept(_job(job), labels, port)
    assert not _kept(_job("argosy"), labels, port)


@pytest.mark.parametrize(("job", "labels", "port"), _OPERATED)
def test_the_operator_of_prometheus_scrapes_the_same_pods(job, labels, port):
    monitors = objects.of_kind(objects.build("monitoring/operator"), "PodMonitor")

    found = [
        one for one in monitors if one["spec"]["selector"]["matchLabels"].items() <= labels.items()
    ]

    assert len(found) == 1
    assert {end["port"] for end in found[0]["spec"]["podMetricsEndpoints"]} == {port}


def test_the_detailed_metrics_of_the_broker_are_those_that_the_alerts_read():
    """Each family of RabbitMQ's detailed metrics has to be asked for by name."""
    families = {
        "rabbitmq_detailed_queue_messages": "queue_coarse_metrics",
        "rabbitmq_detailed_queue_messages_ready": "queue_coarse_metrics",
        "rabbitmq_detailed_queue_consumers": "queue_consumer_count",
    }
    text = "".join(path.read_text("utf-8") for path in ROOT.glob("charts/*/alerts/*.yaml"))
    monitor = objects.named(objects.build("monitoring/operator"), "PodMonitor")["argosy-rabbitmq"]
    ends = monitor["spec"]["podMetricsEndpoints"]
    detailed = [end for end in ends if end.get("path") == "/metrics/detailed"]

    read = set(re.findall(r"rabbitmq_detailed_\w+", text))

    assert {families[metric] for metric in read} == set(detailed[0]["params"]["family"])
    assert _job("rabbitmq-queues")["params"] == detailed[0]["params"]


def test_prometheus_may_look_for_pods_wherever_it_is_told_to():
    built = objects.build("monitoring/plain")
    told = {
        space
        for job in SETTINGS["scrape_configs"]
        for discovery in job.get("kubernetes_sd_configs", [])
        for space in discovery["namespaces"]["names"]
    }

    allowed = {
        one["metadata"]["namespace"]
        for one in objects.of_kind(built, "Role")
        if one["rules"][0]
        == {"apiGroups": [""], "resources": ["pods"], "verbs": ["get", "list", "watch"]}
    }
    bound = {one["metadata"]["namespace"] for one in objects.of_kind(built, "RoleBinding")}

    assert told == allowed == bound


def test_every_rule_of_the_charts_is_loaded_with_its_runbook(tmp_path):
    (tmp_path / "kept").mkdir()
    charts = [
        rule
        for path in ROOT.glob("charts/*/alerts/*.yaml")
        for group in yaml.safe_load(path.read_text("utf-8"))["groups"]
        for rule in group["rules"]
    ]

    made = yaml.safe_load(rules.config_map("monitoring", "https://runbooks.example/"))

    for name, text in made["data"].items():
        (tmp_path / "kept" / name).write_text(text, "utf-8")
    groups = [g for text in made["data"].values() for g in yaml.safe_load(text)["groups"]]
    loaded = [rule for group in groups for rule in group["rules"]]
    links = {r["annotations"]["runbook_url"] for r in loaded if "alert" in r}
    checked = _promtool("check", "rules", *sorted((tmp_path / "kept").iterdir()))
    assert len(loaded) == len(charts)
    assert {rule.get("alert") for rule in loaded} == {rule.get("alert") for rule in charts}
    assert all(link.startswith("https://runbooks.example/docs/") for link in links)
    assert checked.returncode == 0, checked.stderr + checked.stdout


def test_the_rules_fit_into_one_config_map_and_are_where_the_settings_look_for_them():
    made = yaml.safe_load(rules.config_map("monitoring", ""))

    assert len(yaml.safe_dump(made)) < 1024 * 1024
    assert SETTINGS["rule_files"] == [f"/etc/prometheus/{made['metadata']['name']}/*.yaml"]
    assert all(name.endswith(".yaml") for name in made["data"])
