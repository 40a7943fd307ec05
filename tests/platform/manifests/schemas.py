"""Whether an object is what its kind may be: strictly, as the API server would say it."""

import json
from functools import cache
from typing import Any

import kubernetes_validate
import pytest

from tests.platform.manifests import crds
from tests.platform.manifests.objects import Object

# The oldest release that the charts take, one between, and the newest that there are schemas of.
VERSIONS = ("1.29", "1.32", kubernetes_validate.latest_version())
# Admission policies are stable since 1.30, which is what k8s/ asks for.
_SINCE = {"ValidatingAdmissionPolicy": "1.30", "ValidatingAdmissionPolicyBinding": "1.30"}


def is_builtin(one: Object) -> bool:
    """Whether the kind is Kubernetes' own."""
    group = str(one["apiVersion"]).rpartition("/")[0]
    return "." not in group or group.endswith(".k8s.io")


def faults(one: Object, version: str) -> list[str]:
    """What a release of Kubernetes, or the operator, would refuse in an object."""
    if not is_builtin(one):
        return _custom_faults(one)
    version = max(version, _SINCE.get(one["kind"], version))
    return _builtin_faults(json.dumps(one), version)


@cache
def _builtin_faults(text: str, version: str) -> list[str]:
    """Remembered, since most values leave most objects of a chart as they are."""
    one = json.loads(text)
    try:
        kubernetes_validate.validate(one, version, strict=True)
    except kubernetes_validate.ValidationError as fault:
        return [f"{_name(one)} at {'.'.join(map(str, fault.path))}: {fault.message}"]
    return []


def _custom_faults(one: Object) -> list[str]:
    validator = custom_validators().get((one["apiVersion"], one["kind"]))
    if validator is None:
        return [f"{_name(one)}: no operator defines {one['kind']} of {one['apiVersion']}"]
    return [
        f"{_name(one)} at {error.instance_path}: {error.message}"
        for error in validator.iter_errors(one)
    ]


@cache
def custom_validators() -> dict[crds.Kind, Any]:
    """The operators' own schemas; skips the test that asks where they cannot be had."""
    try:
        return dict(crds.validators())
    except crds.Unreachable as reason:
        pytest.skip(f"the schemas of the custom resources are out of reach: {reason}")


def _name(one: Object) -> str:
    return f"{one['kind']}/{one.get('metadata', {}).get('name')}"
