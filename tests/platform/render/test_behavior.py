"""What single values do, and what they leave alone."""

import json
from typing import Any

import pytest
import yaml

from tests.platform.render import matrix
from tests.platform.render.cases import CASES, chart_of
from tests.platform.render.installed import (
    HOOK,
    NAME,
    Installation,
    annotation,
    secret_keys,
    services,
)
from tests.platform.render.matrix import DIGEST, Values
from tools.charts.files import CHARTS

URL = "https://git.example/argosy/blob/main/"


def orders(**values: Any) -> Installation:
    return Installation(chart_of("orders").objects(values))


def checksums(shop: Installation) -> dict[str, str]:
    return {
        one.name: one.pod["metadata"]["annotations"]["checksum/config"] for one in shop.deployments
    }


def plain_jobs(**values: Any) -> list[str]:
    shop = orders(**values, migrate={"mode": "job"})
    return [one["metadata"]["name"] for one in shop.of("Job")]


def test_a_changed_setting_replaces_every_pod():
    before = checksums(orders())

    after = checksums(orders(config={"ARGOSY_LOG_LEVEL": "DEBUG"}))

    assert before.keys() == after.keys()
    assert all(before[name] != after[name] for name in before)


def test_what_is_no_setting_replaces_no_pod_for_its_checksum():
    assert checksums(orders(web={"replicas": 3})) == checksums(orders())


def test_a_plain_job_is_called_after_its_image():
    first = plain_jobs(image={"digest": DIGEST})

    second = plain_jobs(image={"digest": DIGEST.replace("0", "f")})

    assert set(first).isdisjoint(second)
    assert plain_jobs(image={"digest": DIGEST}) == first


@pytest.mark.parametrize(("mode", "hooked"), [("external", 2), ("operator", 2), ("eval", 0)])
def test_a_migration_comes_first_where_its_database_is_there_before(mode, hooked):
    shop = orders(**{"global": {"data": {"mode": mode}}})

    assert len([one for one in shop.of("Job") if annotation(one, HOOK)]) == hooked


def test_a_renamed_secret_is_used_wherever_the_old_one_was():
    names = {
        "database": {"name": "pg", "key": "dsn"},
        "broker": {"name": "mq", "key": "uri"},
        "redis": {"name": "cache", "key": "uri"},
        "serviceJwks": {"name": "jwks", "key": "keys.json"},
        "serviceKey": {"name": "key", "key": "private.pem"},
        "brokerManagement": {"name": "mq", "key": "http"},
    }

    shop = orders(secrets=names, **matrix.SCALED)

    used = {secret for one in shop.workloads for secret in secret_keys(one)}
    for login in shop.of("TriggerAuthentication"):
        used |= {(ref["name"], ref["key"]) for ref in login["spec"]["secretTargetRef"]}
    assert used == {(one["name"], one["key"]) for one in names.values()}


@pytest.mark.parametrize("name", services())
def test_a_release_of_one_service_is_the_part_of_the_whole(name):
    whole = CASES["argosy services"].objects()
    part = [one for one in whole if one["metadata"]["labels"][NAME] == name]

    alone = chart_of(name).objects({"global": {"installation": "shop"}}, release="other")

    assert alone == part


def test_a_service_that_is_left_out_leaves_nothing():
    shop = Installation(chart_of("argosy").objects({"reviews": {"enabled": False}}))

    found = {one["metadata"]["labels"][NAME] for one in shop.objects}
    assert found >= services().keys() - {"reviews"}
    assert "reviews" not in found


def test_the_all_in_one_profile_is_one_web_and_one_worker_of_each_pool():
    shop = Installation(CASES["argosy all in one"].objects())

    assert [one.component for one in shop.deployments] == ["web", "worker-jobs", "worker-saga"]
    assert [one["metadata"]["name"] for one in shop.of("Service")] == ["shop-all-in-one"]


def test_in_one_process_a_service_is_called_without_a_network():
    shop = Installation(CASES["argosy all in one"].objects())

    settings = shop.named("ConfigMap")["shop-all-in-one-config"]["data"]
    assert settings["ARGOSY_ORDERS_CARTS_URL"] == "local:carts"


@pytest.mark.parametrize("name", ["orders", "argosy"])
@pytest.mark.parametrize("profile", ["services", "all-in-one"])
def test_every_rule_file_is_rendered_in_full_in_both_profiles(name, profile):
    values = {"global": {"monitoring": matrix.MONITORED, "profile": profile}}
    files = [yaml.safe_load(path.read_text()) for path in _sorted(name, "alerts/*.yaml")]

    shop = Installation(chart_of("argosy").objects(values))

    found = shop.named("PrometheusRule")[f"shop-{name}"]["spec"]["groups"]
    assert found == [group for file in files for group in file["groups"]]


def test_every_runbook_link_gets_the_base_that_is_given():
    monitoring = matrix.MONITORED | {"runbooks": URL}

    shop = orders(**{"global": {"monitoring": monitoring}})

    links = [
        rule["annotations"]["runbook_url"]
        for group in shop.of("PrometheusRule")[0]["spec"]["groups"]
        for rule in group["rules"]
        if "alert" in rule
    ]
    assert links
    assert all(link.startswith(f"{URL}docs/operations.md#") for link in links)


@pytest.mark.parametrize("name", ["orders", "argosy"])
def test_every_dashboard_is_what_its_file_says(name):
    values: Values = {"global": {"monitoring": matrix.MONITORED}}
    files = {path.name: json.loads(path.read_text()) for path in _sorted(name, "dashboards/*.json")}

    maps = Installation(chart_of(name).objects(values)).of("ConfigMap")

    found = {
        file: json.loads(text)
        for one in maps
        if one["metadata"]["labels"].get("grafana_dashboard") == "1"
        for file, text in one["data"].items()
        if one["metadata"]["labels"][NAME] == name
    }
    assert found == files


def _sorted(name: str, pattern: str) -> list[Any]:
    return sorted((CHARTS / name).glob(pattern))


@pytest.mark.parametrize(
    ("values", "trusted"),
    [
        ({}, None),
        ({"global": {"route": matrix.GATEWAY}}, "1"),
        ({"global": {"route": matrix.INGRESS | {"proxies": 2}}}, "2"),
        (
            {
                "global": {"route": matrix.GATEWAY},
                "config": {"ARGOSY_TRUSTED_PROXIES": 3},
            },
            "3",
        ),
    ],
)
def test_a_visitor_is_told_from_the_proxies_in_front(values, trusted):
    settings = orders(**values).named("ConfigMap")["shop-orders-config"]["data"]

    assert settings.get("ARGOSY_TRUSTED_PROXIES") == trusted
