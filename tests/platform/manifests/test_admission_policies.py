"""The admission policies accept and refuse what they are meant to, each for its own reason."""

import copy
import re

import pytest

from tests.platform.manifests import objects, schemas
from tests.platform.manifests.admission import Broken, Policy, policies
from tests.platform.manifests.objects import K8S, Object

FOLDER = K8S / "policies"
TESTS = sorted(path.name for path in (FOLDER / "tests").iterdir())
WHY = "argosy.test/refused-because"


def _documents(test: str, file: str) -> list[Object]:
    return objects.read(FOLDER / "tests" / test / file)


def _policy(test: str) -> Policy:
    params = FOLDER / "tests" / test / "params.yaml"
    found = policies(
        objects.read(FOLDER / f"{test}.yaml"),
        objects.read(params)[0] if params.exists() else {},
    )
    assert len(found) == 1
    return found[0]


def test_every_policy_has_test_objects_and_is_part_of_the_kustomization():
    files = {path.stem for path in FOLDER.glob("*.yaml")} - {"kustomization", "limits"}

    built = objects.named(objects.build("policies"), "ValidatingAdmissionPolicy")

    assert set(TESTS) == files
    assert set(built) == {f"argosy-{name}" for name in files}


@pytest.mark.parametrize("test", TESTS)
def test_a_policy_accepts_what_it_is_meant_to_accept(test):
    policy = _policy(test)

    refused = {
        one["metadata"]["name"]: policy.refusals(one) for one in _documents(test, "accepted.yaml")
    }

    assert {name: why for name, why in refused.items() if why} == {}


@pytest.mark.parametrize("test", TESTS)
def test_a_policy_refuses_what_it_is_meant_to_refuse_for_that_reason_alone(test):
    policy = _policy(test)
    bad = _documents(test, "refused.yaml")

    said = [(one["metadata"]["name"], policy.refusals(one)) for one in bad]

    assert said == [(one["metadata"]["name"], [one["metadata"]["annotations"][WHY]]) for one in bad]


@pytest.mark.parametrize("test", TESTS)
def test_every_rule_of_a_policy_refuses_one_of_the_test_objects(test):
    reasons = {one["metadata"]["annotations"][WHY] for one in _documents(test, "refused.yaml")}

    assert reasons == set(_policy(test).messages)


@pytest.mark.parametrize("test", TESTS)
def test_every_kind_that_a_policy_names_is_among_its_test_objects(test):
    rules = _policy(test).definition["spec"]["matchConstraints"]["resourceRules"]
    named = {plural for rule in rules for plural in rule["resources"]}

    shown = {f"{one['kind'].lower()}s" for one in _documents(test, "refused.yaml")}

    assert {name.replace("policies", "policys") for name in named} == shown


@pytest.mark.parametrize("test", TESTS)
def test_a_policy_denies_in_the_namespace_of_the_shop_and_nowhere_else(test):
    binding = objects.named(
        objects.read(FOLDER / f"{test}.yaml"), "ValidatingAdmissionPolicyBinding"
    )[f"argosy-{test}"]

    assert binding["spec"]["policyName"] == _policy(test).name
    assert binding["spec"]["validationActions"] == ["Deny"]
    assert binding["spec"]["matchResources"] == {
        "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "argosy"}}
    }


def test_the_parameters_that_a_binding_names_are_applied_with_it():
    built = objects.build("policies")
    wanted = objects.named(built, "ValidatingAdmissionPolicyBinding")["argosy-graceful-stop"]
    reference = wanted["spec"]["paramRef"]

    limits = objects.named(built, "ConfigMap")[reference["name"]]

    assert limits["metadata"]["namespace"] == reference["namespace"]
    assert reference["parameterNotFoundAction"] == "Deny"


@pytest.mark.parametrize("test", TESTS)
def test_an_expression_mixes_no_types_in_a_list(test):
    """The API server's engine is stricter there than the one of these tests."""
    text = (FOLDER / f"{test}.yaml").read_text("utf-8")

    lists = [found.split(",") for found in re.findall(r"in\s+\[([^\]]*)\]", text)]

    assert [one for one in lists if len({part.strip()[0] == "'" for part in one}) > 1] == []


def test_an_expression_that_fails_is_told_apart_from_one_that_refuses():
    broken = copy.deepcopy(_policy("pods").definition)
    broken["spec"]["validations"][0]["expression"] = "object.spec.nowhere == 1"

    with pytest.raises(Broken, match="nowhere"):
        Policy(broken).refusals(_documents("pods", "accepted.yaml")[0])


def test_the_test_objects_are_valid_so_that_only_the_policy_refuses_them():
    files = ("accepted.yaml", "refused.yaml")
    found = [one for test in TESTS for file in files for one in _documents(test, file)]

    assert [fault for one in found for fault in schemas.faults(one, schemas.VERSIONS[-1])] == []
