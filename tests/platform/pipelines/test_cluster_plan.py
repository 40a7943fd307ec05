"""What the cluster's programs would tell kind, kubectl and Helm, without any of them."""

import pytest

from tools.charts.engine import Chart
from tools.cluster.evaluation import (
    DATA,
    NAMESPACE,
    RELEASE,
    SHOP,
    data_values,
    secrets,
    shop_values,
)
from tools.cluster.kind import create_arguments, load_arguments
from tools.cluster.kubectl import Kubectl, Object
from tools.cluster.traffic import load_pod, pod_of_test
from tools.cluster.values import Values, merged, renewed, with_workers
from tools.images.build import Release, images
from tools.manifests.contract import secrets as contract


@pytest.fixture(scope="module")
def shop() -> Chart:
    return Chart(SHOP)


@pytest.fixture(scope="module")
def probe(shop) -> Object:
    """The pod of `helm test`."""
    return pod_of_test(shop, shop_values(), RELEASE)


def deployments(shop: Chart, *layers: Values) -> dict[str, Object]:
    objects = shop.objects(merged(shop_values(), *layers), release=RELEASE)
    return {one["metadata"]["name"]: one["spec"] for one in objects if one["kind"] == "Deployment"}


def test_every_command_of_kubectl_names_the_namespace():
    kubectl = Kubectl("/bin/kubectl", "shop")

    assert kubectl.arguments("get", "pods") == [
        "/bin/kubectl",
        "--namespace",
        "shop",
        "get",
        "pods",
    ]


def test_kind_is_given_every_image_of_the_release():
    release = Release("0.1.0", "unknown")

    names = load_arguments(release)[4:]

    assert names == [f"argosy/{image}:0.1.0" for image in images()]
    assert create_arguments()[:4] == ["create", "cluster", "--name", "argosy"]


def test_an_evaluation_has_every_secret_that_has_to_exist():
    made = {one["metadata"]["name"]: one for one in secrets()}
    wanted = {secret.name for secret in contract() if not secret.optional}

    assert wanted <= made.keys()
    assert {one["metadata"]["namespace"] for one in made.values()} == {NAMESPACE}


def test_two_evaluations_share_no_password():
    name = "argosy-orders-database"
    first, second = (
        next(one for one in secrets() if one["metadata"]["name"] == name)["stringData"]["url"]
        for _ in range(2)
    )

    assert first != second


def test_the_servers_chart_takes_the_values_of_an_evaluation():
    assert Chart(DATA).objects(data_values(), release=f"{RELEASE}-data")


def test_the_load_is_the_pod_of_the_test_with_another_program(probe):
    load = load_pod(probe, 60)

    ours, theirs = load["spec"]["containers"][0], probe["spec"]["containers"][0]
    assert ours["command"][-1] == "libs.testing.shopping_load"
    assert ours["args"][:4] == [
        "--url",
        "http://argosy-{service}",
        "--administrator",
        "admin@argosy.example",
    ]
    assert ours["args"][-2:] == ["--seconds", "60"]
    for kept in ("image", "env", "securityContext", "resources", "volumeMounts"):
        assert ours[kept] == theirs[kept]
    assert load["metadata"]["labels"] == probe["metadata"]["labels"]
    assert load["spec"]["serviceAccountName"] == probe["spec"]["serviceAccountName"]


def test_the_load_is_no_part_of_the_release(probe):
    load = load_pod(probe, 60)

    assert "annotations" not in load["metadata"]
    assert load["metadata"]["name"] != probe["metadata"]["name"]


def test_the_pods_of_an_evaluation_fit_on_two_processors_beside_their_migrations(shop):
    objects = shop.objects(shop_values(), release=RELEASE)
    asked = [
        (one.get("spec", {}).get("replicas", 1), container["resources"]["requests"]["cpu"])
        for one in objects
        if one["kind"] in ("Deployment", "Job")
        for container in one["spec"]["template"]["spec"]["containers"]
    ]

    assert sum(count * int(cpu.removesuffix("m")) for count, cpu in asked) < 1500


def test_a_rolling_upgrade_changes_every_pod_and_nothing_else(shop):
    before, after = deployments(shop), deployments(shop, renewed("1"))

    assert before.keys() == after.keys()
    for name in before:
        assert before[name]["template"] != after[name]["template"], name
        assert before[name].get("replicas") == after[name].get("replicas"), name


def test_fewer_workers_are_fewer_replicas_and_no_new_pods(shop):
    before, after = (deployments(shop, with_workers(count)) for count in (2, 1))
    sagas = {name for name in before if name.endswith("-worker-saga")}

    assert sagas
    for name in before:
        assert before[name]["template"] == after[name]["template"], name
        changed = (before[name]["replicas"], after[name]["replicas"])
        assert changed == ((2, 1) if name in sagas else (changed[0], changed[0])), name


def test_later_values_win_mapping_by_mapping():
    below = {"a": {"x": 1, "y": 2}, "b": [1]}

    assert merged(below, {"a": {"y": 3}, "b": [2]}, {"c": {}}) == {
        "a": {"x": 1, "y": 3},
        "b": [2],
        "c": {},
    }
    assert below == {"a": {"x": 1, "y": 2}, "b": [1]}
