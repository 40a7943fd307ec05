"""Each overlay builds, and what the charts render with its values fits into what it builds."""

import re

import pytest
import yaml

from libs.runtime import registry
from tests.platform.manifests import objects, schemas, shops
from tests.platform.manifests.admission import policies
from tests.platform.manifests.objects import K8S, Object

FOLDERS = [
    *(f"overlays/{overlay}" for overlay in shops.OVERLAYS),
    "operators/external-secrets/external",
    "operators/external-secrets/optional",
    "monitoring/plain",
]
_UNITS = {"": 1, "m": 0.001, "Ki": 2**10, "Mi": 2**20, "Gi": 2**30, "Ti": 2**40}


def _amount(text: str) -> float:
    match = re.fullmatch(r"([\d.]+)(\w*)", str(text))
    assert match, text
    return float(match[1]) * _UNITS[match[2]]


@pytest.fixture(params=shops.OVERLAYS)
def overlay(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_object_that_is_built_is_valid(folder):
    found = objects.build(folder)

    faults = [fault for one in found for fault in schemas.faults(one, schemas.VERSIONS[-1])]

    assert found
    assert faults == []


@pytest.mark.parametrize("folder", FOLDERS)
def test_no_secret_stands_in_what_is_built(folder):
    assert objects.of_kind(objects.build(folder), "Secret") == []


def test_every_namespace_enforces_the_restricted_level_and_starts_from_nothing(overlay):
    found = shops.built(overlay)
    spaces = objects.named(found, "Namespace")

    for name, one in spaces.items():
        labels = one["metadata"]["labels"]
        own = [other for other in found if other["metadata"].get("namespace") == name]
        policies_here = objects.named(own, "NetworkPolicy")
        assert labels["pod-security.kubernetes.io/enforce"] == "restricted", name
        assert policies_here["default-deny"]["spec"] == {
            "podSelector": {},
            "policyTypes": ["Ingress", "Egress"],
        }
        assert "allow-dns" in policies_here, name
        assert {"ResourceQuota", "LimitRange"} <= {other["kind"] for other in own}, name


def test_every_object_is_in_a_namespace_that_the_overlay_makes(overlay):
    found = shops.built(overlay)
    spaces = set(objects.named(found, "Namespace"))

    used = {one["metadata"]["namespace"] for one in found if "namespace" in one["metadata"]}

    assert used == spaces


def test_the_admission_policies_accept_the_shop_of_the_overlay(overlay):
    found = shops.built(overlay)
    limits = objects.named(found, "ConfigMap")["argosy-limits"]
    asked = policies(found, limits)
    softened = {
        one["spec"]["policyName"]
        for one in objects.of_kind(found, "ValidatingAdmissionPolicyBinding")
        if "Deny" not in one["spec"]["validationActions"]
    }

    refused = [
        (f"{one['kind']}/{one['metadata']['name']}", message)
        for policy in asked
        if policy.name not in softened
        for one in shops.rendered(overlay)
        for message in policy.refusals(one)
    ]

    assert asked
    assert refused == []


def test_only_an_evaluation_takes_images_without_a_digest():
    actions = {
        overlay: objects.named(shops.built(overlay), "ValidatingAdmissionPolicyBinding")[
            "argosy-images"
        ]["spec"]["validationActions"]
        for overlay in shops.OVERLAYS
    }

    assert actions == {"eval": ["Warn", "Audit"], "staging": ["Deny"], "production": ["Deny"]}


def test_the_quota_has_room_for_the_shop_at_its_largest_during_a_rollout(overlay):
    quota = objects.named(shops.built(overlay), "ResourceQuota")["argosy"]["spec"]["hard"]
    found = shops.rendered(overlay)

    used = {"pods": 0.0, "requests.cpu": 0.0, "requests.memory": 0.0, "limits.memory": 0.0}
    for one in objects.of_kind(found, "Deployment", "StatefulSet", "Job"):
        most = _most_pods(one, found)
        used["pods"] += most
        for container in one["spec"]["template"]["spec"]["containers"]:
            for kind, amounts in container["resources"].items():
                for resource, amount in amounts.items():
                    used[f"{kind}.{resource}"] += most * _amount(amount)

    assert used["pods"] > len(registry.discover())
    assert {name: value for name, value in used.items() if value > _amount(quota[name])} == {}


def _most_pods(one: Object, found: list[Object]) -> int:
    """As many as an autoscaler may make, and those that stand beside them in a rollout."""
    name = one["metadata"]["name"]
    scalers = [
        other["spec"].get("maxReplicas", other["spec"].get("maxReplicaCount"))
        for other in objects.of_kind(found, "HorizontalPodAutoscaler", "ScaledObject")
        if other["spec"]["scaleTargetRef"]["name"] == name
    ]
    pods = int(scalers[0] if scalers else one["spec"].get("replicas", 1))
    return pods + max(1, pods // 4) if one["kind"] == "Deployment" else pods


def test_every_priority_that_is_asked_for_exists(overlay):
    classes = set(objects.named(shops.built(overlay), "PriorityClass"))
    found = [spec for _, spec in objects.pod_specs(shops.rendered(overlay))]
    found += [one["spec"] for one in objects.of_kind(shops.built(overlay), "Cluster")]
    found += [
        one["spec"]["template"]["spec"] for one in objects.of_kind(shops.built(overlay), "Pooler")
    ]

    asked = {spec["priorityClassName"] for spec in found if "priorityClassName" in spec}

    assert asked <= classes
    assert asked or overlay == "eval"


def test_the_data_services_stand_where_the_policies_of_the_shop_let_it_go(overlay):
    """The labels that the charts' policies select are the labels of the data services' pods."""
    found = shops.rendered(overlay)
    orders = objects.named(found, "NetworkPolicy")["argosy-orders-web"]["spec"]["egress"]
    ports = {rule["ports"][0]["port"]: rule.get("to", []) for rule in orders}

    if overlay == "eval":
        servers = {
            one["metadata"]["labels"]["app.kubernetes.io/name"]: one["spec"]["template"]["metadata"]
            for one in objects.of_kind(found, "StatefulSet")
        }
        for port, server in {5432: "postgresql", 5672: "rabbitmq", 6379: "redis"}.items():
            selector = ports[port][0]["podSelector"]["matchLabels"]
            assert selector.items() <= servers[server]["labels"].items()
    else:
        pooler = [one["podSelector"]["matchExpressions"][0]["key"] for one in ports[5432]]
        assert "cnpg.io/poolerName" in pooler
        assert ports[5672][0]["podSelector"]["matchLabels"] == {
            "app.kubernetes.io/component": "rabbitmq",
            "app.kubernetes.io/part-of": "rabbitmq",
        }


def test_the_kind_cluster_has_pinned_nodes_that_are_new_enough_for_the_policies():
    cluster = yaml.safe_load((K8S / "kind" / "cluster.yaml").read_text("utf-8"))
    images = [node["image"] for node in cluster["nodes"]]

    assert (cluster["kind"], cluster["apiVersion"]) == ("Cluster", "kind.x-k8s.io/v1alpha4")
    assert [node["role"] for node in cluster["nodes"]].count("worker") > 1
    for image in images:
        match = re.fullmatch(r"kindest/node:v1\.(\d+)\.\d+@sha256:[0-9a-f]{64}", image)
        assert match, image
        assert int(match[1]) >= 30
