"""Every object of k8s/ is what its kind may be, for every release of Kubernetes that is meant."""

import pytest
import yaml

from tests.platform.manifests import crds, objects, schemas
from tests.platform.manifests.objects import K8S, ROOT

# The test objects of the policies are looked at beside the policies.
FILES = [
    str(path.relative_to(ROOT))
    for path in objects.files()
    if not {"kind", "tests"} & set(path.relative_to(K8S).parts)
]
# What a custom resource has to say where the operators' own schemas are out of reach: without them
# only kinds that are known here are let through, with the fields that their operators require.
REQUIRED = {
    ("postgresql.cnpg.io/v1", "Cluster"): {"instances"},
    ("postgresql.cnpg.io/v1", "Database"): {"cluster", "name", "owner"},
    ("postgresql.cnpg.io/v1", "DatabaseRole"): {"cluster", "name"},
    ("postgresql.cnpg.io/v1", "Pooler"): {"cluster", "pgbouncer"},
    ("postgresql.cnpg.io/v1", "ScheduledBackup"): {"cluster", "schedule"},
    ("barmancloud.cnpg.io/v1", "ObjectStore"): {"configuration"},
    ("rabbitmq.com/v1beta1", "RabbitmqCluster"): set(),
    ("rabbitmq.com/v1beta1", "Vhost"): {"name", "rabbitmqClusterReference"},
    ("rabbitmq.com/v1beta1", "User"): {"rabbitmqClusterReference"},
    ("rabbitmq.com/v1beta1", "Permission"): {"vhost", "permissions", "rabbitmqClusterReference"},
    ("rabbitmq.com/v1beta1", "TopicPermission"): {"vhost", "permissions"},
    ("rabbitmq.com/v1beta1", "Policy"): {
        "name",
        "pattern",
        "definition",
        "rabbitmqClusterReference",
    },
    ("external-secrets.io/v1", "ExternalSecret"): set(),
    ("monitoring.coreos.com/v1", "PodMonitor"): {"selector"},
}


@pytest.mark.parametrize("file", FILES)
def test_every_builtin_object_is_valid(file):
    found = [one for one in objects.read(ROOT / file) if schemas.is_builtin(one)]

    faults = [fault for one in found for v in schemas.VERSIONS for fault in schemas.faults(one, v)]

    assert faults == []


@pytest.mark.parametrize("file", FILES)
def test_every_custom_resource_is_of_a_known_kind_and_has_what_that_requires(file):
    found = [one for one in objects.read(ROOT / file) if not schemas.is_builtin(one)]

    lacking = {
        f"{one['kind']}/{one['metadata']['name']}": missing
        for one in found
        if (missing := REQUIRED[one["apiVersion"], one["kind"]] - one["spec"].keys())
    }

    assert lacking == {}


def test_every_custom_resource_is_what_its_operator_defines():
    found = [one for file in FILES for one in objects.read(ROOT / file)]
    custom = [one for one in found if not schemas.is_builtin(one)]

    faults = [fault for one in custom for fault in schemas.faults(one, schemas.VERSIONS[-1])]

    assert {(one["apiVersion"], one["kind"]) for one in custom} == set(REQUIRED)
    assert faults == []


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("spec", "instances"), "three"),
        (("spec", "storage", "siz"), "1Gi"),
        (("spec", "postgresql", "synchronous", "method"), "all"),
    ],
)
def test_a_fault_in_a_custom_resource_is_reported(path, value):
    cluster = objects.named(objects.read(K8S / "operators/cnpg/cluster.yaml"), "Cluster")
    planted = cluster["argosy-postgresql"]
    *parents, last = path
    place = planted
    for key in parents:
        place = place[key]
    place[last] = value

    assert schemas.faults(planted, schemas.VERSIONS[-1]) != []


def test_a_kind_that_no_operator_defines_is_reported():
    unknown = {"apiVersion": "rabbitmq.com/v1beta1", "kind": "Qeue", "metadata": {"name": "a"}}

    assert schemas.faults(unknown, schemas.VERSIONS[-1]) == [
        "Qeue/a: no operator defines Qeue of rabbitmq.com/v1beta1"
    ]


def test_an_object_schema_is_closed_unless_it_keeps_unknown_fields():
    leaf = {"type": "object", "properties": {"a": {"type": "string"}}}

    assert crds.strict(leaf)["additionalProperties"] is False
    assert "additionalProperties" not in crds.strict(
        leaf | {"x-kubernetes-preserve-unknown-fields": True}
    )


def test_every_kustomization_names_files_that_exist():
    for path in K8S.rglob("kustomization.yaml"):
        wanted = yaml.safe_load(path.read_text("utf-8"))
        assert wanted["kind"] == "Kustomization"
        assert [name for name in wanted["resources"] if not (path.parent / name).exists()] == []


def test_the_readme_asks_for_the_operators_that_the_resources_are_checked_against():
    text = (K8S / "README.md").read_text("utf-8")

    versions = [module.rpartition("@v")[2] for module in crds.MODULES]

    assert [version for version in versions if f"| {version} |" not in text] == []
