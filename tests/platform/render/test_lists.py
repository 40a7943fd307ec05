"""Whatever list an operator gives is rendered in full, and in its order."""

import pytest

from tests.platform.render import matrix
from tests.platform.render.cases import chart_of
from tests.platform.render.installed import Installation, services
from tests.platform.render.matrix import Values
from tests.platform.render.rules.references import backends, path_of
from tools.charts.engine import Object

HOSTS = ["a.example", "b.example", "c.example"]
PEERS = [
    {"ipBlock": {"cidr": "10.0.0.0/8", "except": ["10.1.0.0/16", "10.2.0.0/16"]}},
    {"namespaceSelector": {"matchLabels": {"team": "shop"}}},
    {"podSelector": {"matchLabels": {"app": "a"}}},
]


def orders(values: Values) -> Installation:
    return Installation(chart_of("orders").objects(values))


def web(shop: Installation) -> Object:
    return next(one.spec for one in shop.deployments if one.component == "web")


def policy(shop: Installation, component: str = "web") -> Object:
    return dict(shop.named("NetworkPolicy")[f"shop-orders-{component}"]["spec"])


@pytest.mark.parametrize("mode", ["ingress", "gateway"])
def test_every_host_has_every_prefix(mode):
    route = {"mode": mode, "hosts": HOSTS, "gateway": {"name": "edge"}}
    prefixes = services()["orders"].prefixes

    shop = orders({"global": {"route": route}})

    found = [
        (host, path) for one in shop.of("Ingress", "HTTPRoute") for host, path, *_ in backends(one)
    ]
    assert sorted(found) == sorted((h, path_of(p)) for h in HOSTS for p in prefixes)


def test_a_certificate_is_for_every_host():
    route = {"mode": "ingress", "hosts": HOSTS, "ingress": {"tlsSecret": "shop-tls"}}

    shop = orders({"global": {"route": route}})

    assert shop.of("Ingress")[0]["spec"]["tls"] == [{"secretName": "shop-tls", "hosts": HOSTS}]


def test_prefixes_beyond_eight_share_the_rules_of_a_route():
    prefixes = [one for service in services().values() for one in service.prefixes]
    values = {"global": {"profile": "all-in-one", "route": matrix.GATEWAY}}

    route = Installation(chart_of("argosy").objects(values)).of("HTTPRoute")[0]

    assert len(prefixes) > 8
    assert max(len(rule["matches"]) for rule in route["spec"]["rules"]) == 8
    assert {path for _, path, *_ in backends(route)} >= {
        one
        for one in prefixes
        if "*" not in one and not any(one.startswith(f"{other}/") for other in prefixes)
    }


def test_every_pull_secret_is_named():
    names = ["one", "two", "three"]

    shop = orders({"global": {"image": {"pullSecrets": names}}})

    for one in shop.workloads:
        assert [secret["name"] for secret in one.spec["imagePullSecrets"]] == names


def test_every_toleration_and_node_label_is_there():
    tolerations = [{"key": "a", "operator": "Exists"}, {"key": "b", "value": "c"}]
    labels = {"pool": "shop", "disk": "fast"}

    spec = web(orders({"scheduling": {"tolerations": tolerations, "nodeSelector": labels}}))

    assert spec["tolerations"] == tolerations
    assert spec["nodeSelector"] == labels


def test_every_further_caller_is_let_in():
    found = policy(orders({"network": {"allowFrom": PEERS}}))["ingress"][0]["from"]

    assert [peer for peer in found if peer in PEERS] == PEERS


@pytest.mark.parametrize("component", ["web", "worker-saga"])
def test_every_further_callee_is_let_out(component):
    callees = [{"peers": PEERS, "ports": [443, 8443]}, {"ports": [25]}]

    found = policy(orders({"network": {"allowTo": callees}}), component)["egress"][-2:]

    assert [[port["port"] for port in rule["ports"]] for rule in found] == [[443, 8443], [25]]
    assert found[0]["to"] == PEERS


@pytest.mark.parametrize("server", ["postgresql", "rabbitmq", "redis"])
def test_every_peer_of_a_data_service_is_let_out(server):
    shop = orders({"global": {"data": {server: {"peers": PEERS}}}})

    assert PEERS in [rule.get("to") for rule in policy(shop)["egress"]]


@pytest.mark.parametrize("source", ["edgeFrom", "scrapedFrom"])
def test_every_source_from_outside_is_let_in(source):
    shop = orders({"global": {"network": {source: PEERS}, "route": matrix.INGRESS}})

    assert [peer for peer in policy(shop)["ingress"][0]["from"] if peer in PEERS] == PEERS


def test_every_place_of_the_resolver_is_let_out():
    shop = orders({"global": {"network": {"dns": PEERS}}})

    assert policy(shop)["egress"][0]["to"] == PEERS


def test_every_label_for_prometheus_is_on_what_it_reads():
    labels = {"release": "prometheus", "team": "shop"}

    shop = orders({"global": {"monitoring": matrix.MONITORED | {"labels": labels}}})

    found = shop.of("ServiceMonitor", "PodMonitor", "PrometheusRule")
    assert {one["kind"] for one in found} == {"ServiceMonitor", "PodMonitor", "PrometheusRule"}
    assert all(labels.items() <= one["metadata"]["labels"].items() for one in found)


def test_every_annotation_is_on_every_pod():
    annotations = {"rotated": "today", "owner": "shop"}

    shop = orders({"podAnnotations": annotations})

    for one in shop.workloads:
        assert annotations.items() <= one.pod["metadata"]["annotations"].items()


def test_a_list_in_the_settings_is_one_variable():
    origins = ["https://a.example", "https://b.example"]

    shop = orders({"config": {"ARGOSY_CORS_ORIGINS": origins}})

    settings = shop.named("ConfigMap")["shop-orders-config"]["data"]
    assert settings["ARGOSY_CORS_ORIGINS"] == ",".join(origins)
