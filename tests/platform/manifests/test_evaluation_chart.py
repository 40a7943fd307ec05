"""The chart data-eval renders servers that a cluster takes, whatever its values."""

import copy
import json
from typing import Any

import pytest

from libs.runtime import registry
from tests.platform.manifests import objects, pod_security, schemas
from tests.platform.manifests.objects import Object
from tools.charts.engine import Chart, Refused, faults
from tools.manifests import contract

CHART = objects.ROOT / "charts" / "data-eval"
SERVICES = registry.discover()
_KEPT = {"persistence": {"enabled": True, "size": "3Gi", "storageClass": "fast"}}
MATRIX: dict[str, dict[str, Any]] = {
    "defaults": {},
    "volumes": {"postgresql": _KEPT, "rabbitmq": _KEPT, "paymentSimulator": _KEPT},
    "all in one": {"allInOne": True},
    "some services": {"services": ["orders", "carts"]},
    "no policies": {"networkPolicies": False},
    "no simulator": {"paymentSimulator": {"enabled": False}},
    "mirror": {"image": {"registry": "mirror.example/eval", "pullSecrets": ["mirror"]}},
    "open to KEDA": {"rabbitmq": {"httpFrom": [{"namespaceSelector": {}}]}},
    "another name": {"installation": "shop"},
}
NAME = "app.kubernetes.io/name"
_SERVERS = {"postgresql", "rabbitmq", "redis", "payment-simulator"}


@pytest.fixture(params=MATRIX, scope="module")
def rendered(request: pytest.FixtureRequest) -> list[Object]:
    return objects.render("data-eval", MATRIX[request.param])


def _workloads(found: list[Object]) -> dict[str, Object]:
    return {
        one["metadata"]["labels"][NAME]: one
        for one in objects.of_kind(found, "StatefulSet", "Deployment")
    }


def _pod(found: list[Object], server: str) -> Object:
    spec: Object = _workloads(found)[server]["spec"]["template"]["spec"]
    return spec


def _projected(spec: Object) -> set[tuple[str, str]]:
    sources = [v["projected"]["sources"] for v in spec["volumes"] if "projected" in v]
    return {
        (source["secret"]["name"], item["key"])
        for source in sources[0]
        for item in source["secret"]["items"]
    }


@pytest.mark.parametrize("version", schemas.VERSIONS)
def test_every_object_is_valid(rendered, version):
    assert [fault for one in rendered for fault in schemas.faults(one, version)] == []


def test_every_pod_keeps_the_restricted_level(rendered):
    found = {name: list(pod_security.faults(spec)) for name, spec in objects.pod_specs(rendered)}

    assert found
    assert {name: why for name, why in found.items() if why} == {}


def test_every_pod_has_a_read_only_root_bounds_and_no_token(rendered):
    for name, spec in objects.pod_specs(rendered):
        assert spec["automountServiceAccountToken"] is False, name
        assert spec["enableServiceLinks"] is False, name
        for container in objects.containers(spec):
            assert container["securityContext"]["readOnlyRootFilesystem"] is True, name
            assert container["resources"]["limits"]["memory"], name
            assert container["resources"]["requests"].keys() == {"cpu", "memory"}, name
        for volume in spec["volumes"]:
            assert "emptyDir" not in volume or volume["emptyDir"]["sizeLimit"], name


def test_every_mount_has_a_volume_and_every_volume_a_mount(rendered):
    for name, spec in objects.pod_specs(rendered):
        mounted = {m["name"] for c in objects.containers(spec) for m in c["volumeMounts"]}
        claims = _claims(rendered, name)
        assert mounted == {volume["name"] for volume in spec["volumes"]} | claims, name


def _claims(found: list[Object], name: str) -> set[str]:
    kind, _, own = name.partition("/")
    source = objects.named(found, kind)[own]["spec"]
    return {claim["metadata"]["name"] for claim in source.get("volumeClaimTemplates", [])}


def test_every_service_and_policy_selects_the_pods_of_one_server(rendered):
    labels = [
        one["spec"]["template"]["metadata"]["labels"] for one in _workloads(rendered).values()
    ]
    selectors = [one["spec"]["selector"] for one in objects.of_kind(rendered, "Service")]
    policies = objects.of_kind(rendered, "NetworkPolicy")
    selectors += [one["spec"]["podSelector"]["matchLabels"] for one in policies]

    counts = [sum(s.items() <= own.items() for own in labels) for s in selectors]

    assert set(counts) == {1}


def test_every_port_of_a_service_exists(rendered):
    for service in objects.of_kind(rendered, "Service"):
        spec = _pod(rendered, service["spec"]["selector"][NAME])
        names = {port["name"] for c in spec["containers"] for port in c["ports"]}

        assert {port["targetPort"] for port in service["spec"]["ports"]} == names


def test_every_server_is_asked_whether_it_is_ready_and_alive_at_a_port_that_exists(rendered):
    for _, spec in objects.pod_specs(rendered):
        container = spec["containers"][0]
        names = {port["name"] for port in container["ports"]}
        for kind in ("readinessProbe", "livenessProbe"):
            probe = container[kind]
            asked = probe.get("httpGet") or probe.get("tcpSocket") or {}
            assert asked.get("port") in names or probe["exec"]["command"][0] == "pg_isready"


def test_by_default_every_service_gets_a_database_and_a_broker_user():
    found = objects.render("data-eval")
    wanted = [secret for secret in contract.secrets() if secret.owner in SERVICES]

    databases = _projected(_pod(found, "postgresql"))
    users = _projected(_pod(found, "rabbitmq"))

    assert databases == {(s.name, s.keys[0]) for s in wanted if s.server == "postgresql"}
    assert users == {(s.name, s.keys[0]) for s in wanted if s.server == "rabbitmq"}


def test_the_all_in_one_process_gets_a_broker_user_of_its_own():
    found = objects.render("data-eval", {"allInOne": True})

    users = _projected(_pod(found, "rabbitmq"))
    arguments = _pod(found, "payment-simulator")["containers"][0]["args"]

    assert ("argosy-all-in-one-broker", "url") in users
    assert any("http://argosy-all-in-one/api/v1/payments/" in one for one in arguments)


def test_some_services_get_theirs_and_no_others():
    found = objects.render("data-eval", {"services": ["orders", "carts"]})

    scripts = objects.named(found, "ConfigMap")["argosy-data-scripts"]["data"]
    users = json.loads(scripts["definitions.json"])["users"]

    assert {name for name, _ in _projected(_pod(found, "postgresql"))} == {
        "argosy-orders-database",
        "argosy-carts-database",
    }
    assert {user["name"] for user in users} == {"orders", "carts"}


def test_every_secret_that_is_read_is_in_the_contract(rendered):
    promised = {(secret.name, key) for secret in contract.secrets() for key in secret.keys}
    used = set()
    for _, spec in objects.pod_specs(rendered):
        used |= {
            (v["secret"]["secretName"], i["key"])
            for v in spec["volumes"]
            if "secret" in v
            for i in v["secret"]["items"]
        }
        variables = [one for c in objects.containers(spec) for one in c.get("env", [])]
        references = [v["valueFrom"]["secretKeyRef"] for v in variables if "valueFrom" in v]
        used |= {(one["name"], one["key"]) for one in references}
        if any("projected" in volume for volume in spec["volumes"]):
            used |= _projected(spec)

    assert used
    assert used <= promised


def test_no_password_stands_in_what_is_rendered(rendered):
    assert objects.of_kind(rendered, "Secret") == []


def test_every_server_has_a_policy_unless_they_are_off():
    policies = objects.of_kind(objects.render("data-eval"), "NetworkPolicy")
    without = objects.render("data-eval", MATRIX["no policies"])

    assert {one["spec"]["podSelector"]["matchLabels"][NAME] for one in policies} == _SERVERS
    assert objects.of_kind(without, "NetworkPolicy") == []


def test_only_who_is_named_reaches_the_http_ports_of_the_broker():
    def opened(values: dict[str, Any]) -> list[set[int]]:
        policy = objects.named(objects.render("data-eval", values), "NetworkPolicy")
        rules = policy["argosy-rabbitmq"]["spec"]["ingress"]
        return [{port["port"] for port in rule["ports"]} for rule in rules]

    assert opened({}) == [{5672}]
    assert opened(MATRIX["open to KEDA"]) == [{5672}, {15672, 15692}]


def test_public_images_are_pinned_and_come_from_the_mirror_that_is_given():
    found = objects.render("data-eval", MATRIX["mirror"])

    images = {
        server: spec["spec"]["template"]["spec"]["containers"][0]["image"]
        for server, spec in _workloads(found).items()
    }

    assert all(image.startswith("mirror.example/eval/") for image in images.values())
    for server in _SERVERS - {"payment-simulator"}:
        name, _, digest = images[server].partition("@sha256:")
        assert ":" in name
        assert len(digest) == 64


def test_volumes_are_claimed_when_they_are_asked_for():
    found = objects.render("data-eval", MATRIX["volumes"])

    claims = [
        claim["spec"]
        for one in objects.of_kind(found, "StatefulSet")
        for claim in one["spec"].get("volumeClaimTemplates", [])
    ]
    claims += [one["spec"] for one in objects.of_kind(found, "PersistentVolumeClaim")]

    assert len(claims) == len(_SERVERS - {"redis"})
    assert {claim["storageClassName"] for claim in claims} == {"fast"}
    assert {claim["resources"]["requests"]["storage"] for claim in claims} == {"3Gi"}


def test_the_pods_restart_when_a_script_or_a_right_changes():
    one, other = (
        _workloads(objects.render("data-eval", values))["rabbitmq"]["spec"]["template"]["metadata"]
        for values in ({}, {"services": ["orders"]})
    )

    assert one["annotations"]["checksum/scripts"] != other["annotations"]["checksum/scripts"]


def test_the_notes_say_that_it_is_for_evaluation_only():
    notes = Chart(CHART).manifest({}, release="argosy")["data-eval/templates/NOTES.txt"]

    assert notes.startswith("EVALUATION ONLY")
    assert all(service in notes for service in SERVICES)


@pytest.mark.parametrize(
    ("values", "word"),
    [
        ({"services": ["order"]}, "there is no service"),
        ({"postgres": {}}, "postgres"),
        ({"postgresql": {"persistance": {"enabled": True}}}, "persistance"),
        ({"redis": {"maxMemory": "much"}}, "maxMemory"),
        ({"rabbitmq": {"image": {"digest": "sha256:abc"}}}, "digest"),
        ({"networkPolicies": "yes"}, "networkPolicies"),
    ],
)
def test_values_that_cannot_be_meant_are_refused_by_name(values, word):
    with pytest.raises(Refused, match=word):
        objects.render("data-eval", values)


def test_the_chart_is_clean():
    assert faults(CHART, {}) == []


@pytest.mark.parametrize(
    ("where", "planted"),
    [
        ("pod", {"hostNetwork": True}),
        ("pod", {"volumes": [{"name": "host", "hostPath": {"path": "/"}}]}),
        ("pod", {"securityContext": {"runAsNonRoot": True}}),
        ("container", {"runAsUser": 0}),
        ("container", {"runAsNonRoot": False}),
        ("container", {"allowPrivilegeEscalation": True}),
        ("container", {"capabilities": {"drop": ["ALL"], "add": ["NET_ADMIN"]}}),
        ("container", {"capabilities": {}}),
    ],
)
def test_a_pod_that_is_not_restricted_is_reported(where, planted):
    spec = copy.deepcopy(_pod(objects.render("data-eval"), "redis"))
    target = spec if where == "pod" else spec["containers"][0]["securityContext"]

    target.update(planted)

    assert len(list(pod_security.faults(spec))) == 1
