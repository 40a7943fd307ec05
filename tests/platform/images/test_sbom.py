"""A bill of materials is valid, complete, and refused for an image that is not what it says."""

import json
from dataclasses import replace
from importlib import resources
from pathlib import PurePosixPath

import jsonschema_rs
import pytest

from tests.platform.images.conftest import RELEASE, SERVICE
from tools.images import inventory
from tools.images.build import LOCK
from tools.images.contents import Entry
from tools.images.inventory import Component
from tools.images.sbom import BillRefused, check, document, write
from tools.images.wheels import applicable

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(600)]
_SCHEMAS = "http://cyclonedx.org/schema/"
_PACKAGES = PurePosixPath("opt/argosy/venv/lib/python3.11/site-packages")


def _schema(name: str):
    text = resources.files("cyclonedx.schema").joinpath("_res", name).read_text("utf-8")
    return json.loads(text)


@pytest.fixture(scope="module")
def bill(engine, images, tmp_path_factory):
    """The bill of one image, as it is written."""
    file = write(engine, RELEASE.name(SERVICE), tmp_path_factory.mktemp("sbom"))
    assert file.name == "argosy-test-orders.cdx.json"
    return json.loads(file.read_text("utf-8"))


@pytest.fixture
def service_contents(contents):
    """The files of one image, to be changed."""
    return dict(contents[SERVICE])


def _faults(contents) -> list[str]:
    return inventory.faults(contents, inventory.components(contents))


def test_every_file_of_an_image_belongs_to_a_component_that_recorded_it_so(service_contents):
    assert _faults(service_contents) == []


def test_the_distributions_of_an_image_are_those_of_the_lock(engine, service_contents):
    version = inventory.python_version(service_contents)
    pins = {line.split()[0] for line in applicable(LOCK.read_text(), engine.machine, [version])}
    found = inventory.components(service_contents)

    assert {f"{one.name}=={one.version}" for one in found if one.kind == "pypi"} == pins


def test_a_bill_is_valid_cyclonedx(bill):
    names = ("spdx.SNAPSHOT.schema.json", "jsf-0.82.SNAPSHOT.schema.json")
    registry = jsonschema_rs.Registry([(f"{_SCHEMAS}{name}", _schema(name)) for name in names])
    schema = _schema("bom-1.5.SNAPSHOT.schema.json")
    validator = jsonschema_rs.validator_for(schema, registry=registry)

    assert [error.message for error in validator.iter_errors(bill)] == []
    assert not validator.is_valid(bill | {"components": [{"name": "without a type"}]})


def test_the_bill_of_an_image_is_always_the_same(bill, images, service_contents):
    found = inventory.components(service_contents)

    assert document(RELEASE.name(SERVICE), images[SERVICE], found) == bill


def test_a_bill_names_the_system_s_packages_and_python_s(bill, images):
    named = {part["name"]: part for part in bill["components"]}
    properties = bill["metadata"]["component"]["properties"]

    assert named["libc6"]["purl"].startswith("pkg:deb/debian/libc6@2.")
    assert named["flask"]["purl"] == f"pkg:pypi/flask@{named['flask']['version']}"
    assert named["flask"]["licenses"] == [{"expression": "BSD-3-Clause"}]
    assert {"name": "argosy:image-id", "value": images[SERVICE]} in properties


def test_a_file_that_nobody_brought_is_reported(service_contents):
    service_contents[PurePosixPath("usr/bin/dropbear")] = Entry(mode=0o755, owner=0)

    assert _faults(service_contents) == ["usr/bin/dropbear belongs to no component"]


def test_a_module_that_was_changed_is_reported(service_contents):
    path = _PACKAGES / "flask/app.py"
    service_contents[path] = replace(service_contents[path], sha256="0" * 64)

    assert _faults(service_contents) == [f"{path} of flask was changed"]


def test_a_library_that_was_changed_is_reported(service_contents):
    path = PurePosixPath("usr/lib/x86_64-linux-gnu/libc.so.6")
    service_contents[path] = replace(service_contents[path], md5="0" * 32)

    assert _faults(service_contents) == [f"{path} of libc6 was changed"]


@pytest.mark.parametrize(
    ("path", "owner"),
    [
        (_PACKAGES / "flask/app.py", "flask"),
        (PurePosixPath("usr/lib/x86_64-linux-gnu/libc.so.6"), "libc6"),
    ],
)
def test_a_file_that_is_gone_is_reported(service_contents, path, owner):
    del service_contents[path]

    assert f"{path} of {owner} is missing" in _faults(service_contents)


def test_a_distribution_that_is_locked_but_not_installed_is_reported(service_contents):
    found = [one for one in inventory.components(service_contents) if one.kind == "pypi"]
    pins = [f"{one.name}=={one.version}" for one in found]

    assert inventory.lock_faults(found, pins) == []
    assert inventory.lock_faults(found[1:], pins) == [f"{pins[0]} is locked but not installed"]


def test_an_image_that_differs_from_the_lock_has_no_bill(engine, service_contents):
    found = inventory.components(service_contents)
    stranger = Component("pypi", "leftpad", "1", "pkg:pypi/leftpad@1")

    with pytest.raises(BillRefused, match="leftpad==1 is installed but not locked"):
        check(service_contents, [*found, stranger], engine.machine)
