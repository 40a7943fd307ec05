"""The operators take every custom resource that the charts render, by their own definitions."""

import pytest

from tests.platform.manifests import crds
from tests.platform.render import schemas
from tests.platform.render.cases import CASES
from tests.platform.render.installed import described


def test_every_custom_resource_is_what_its_operator_defines():
    try:
        validators = crds.validators()
    except crds.Unreachable as reason:
        pytest.skip(f"the definitions of the operators are out of reach: {reason}")
    used = [
        one
        for case in CASES.values()
        for one in case.objects()
        if f"{one['apiVersion']} {one['kind']}" in schemas.custom_schemas()
    ]

    faults = [
        f"{described(one)} at {error.instance_path}: {error.message}"
        for one in used
        for error in validators[one["apiVersion"], one["kind"]].iter_errors(one)
    ]

    assert faults == []
    assert {f"{one['apiVersion']} {one['kind']}" for one in used} == {
        name for name in schemas.custom_schemas() if name != "definitions"
    }
