"""Customer groups over HTTP, and what others are told of them."""

import pytest

from libs.contracts.accounts import CustomerGroupsChanged
from libs.messaging.wire import read, unpack
from services.accounts.tests.people import rows

GROUPS = "/api/v1/customer-groups"


@pytest.fixture
def vip(admin):
    answer = admin.call("POST", GROUPS, {"code": "vip", "name": "Very important"})
    assert answer.status_code == 201
    return answer.headers["Location"]


def _told() -> list[CustomerGroupsChanged]:
    """The facts that wait to be sent, oldest first."""
    found = rows("SELECT envelope FROM outbox WHERE type = :name ORDER BY id", name=_NAME)
    envelopes = [unpack(f'[[],{{"message":{text}}},{{}}]') for (text,) in found]
    return [read(envelope, CustomerGroupsChanged) for envelope in envelopes]


_NAME = CustomerGroupsChanged.wire_name


def test_a_group_is_made_read_changed_and_deleted(admin, vip):
    changed = admin.call("PATCH", vip, {"name": "Friends"})

    assert changed.json["name"] == "Friends"
    assert [group["code"] for group in admin.call("GET", GROUPS).json["data"]] == ["vip"]
    assert admin.call("DELETE", vip).status_code == 204
    assert admin.call("GET", vip).status_code == 404


def test_a_code_is_given_out_once(admin, vip):
    again = admin.call("POST", GROUPS, {"code": "vip", "name": "Other"})

    assert (again.status_code, again.json["code"]) == (409, "accounts.group_exists")


def test_joining_and_leaving_is_told_with_a_growing_version(admin, ann, vip):
    member = f"{vip}/members/{ann.id}"

    for method in ("PUT", "PUT", "DELETE", "DELETE"):
        assert admin.call(method, member).status_code == 204

    assert [(fact.version, fact.groups) for fact in _told()] == [(1, ("vip",)), (2, ())]


def test_the_members_of_a_group_are_listed(admin, ann, bob, vip):
    admin.call("PUT", f"{vip}/members/{bob.id}")

    listed = admin.call("GET", f"{vip}/members").json["data"]

    assert [member["user_id"] for member in listed] == [bob.id]


def test_a_group_with_members_cannot_be_deleted(admin, ann, vip):
    admin.call("PUT", f"{vip}/members/{ann.id}")

    answer = admin.call("DELETE", vip)

    assert answer.json["code"] == "accounts.group_in_use"


def test_only_administrators_see_and_change_groups(ann, vip):
    for method, path in (("GET", GROUPS), ("GET", vip), ("PUT", f"{vip}/members/{ann.id}")):
        assert ann.call(method, path).status_code == 403
