"""Locations are opened, changed, closed and, while nothing was ever there, removed."""

from typing import Any

import pytest

from libs import ids
from libs.db.transaction import transaction
from services.inventory.commands import announcements, holds
from services.inventory.errors import OutOfStock
from services.inventory.tests.shop import announced, imbalance

BASE = "/api/v1/inventory/locations"


@pytest.fixture
def far(client: Any, admin: dict[str, str]) -> Any:
    """An open location besides the main one."""
    body = {"code": "far", "name": "Far", "priority": 5}
    return client.post(BASE, json=body, headers=admin).json


def change(client: Any, admin: dict[str, str], location: Any, **body: Any) -> Any:
    headers = admin | {"If-Match": f'"{location["version"]}"'}
    return client.patch(f"{BASE}/{location['id']}", json=body, headers=headers)


def available() -> int:
    with transaction() as session:
        announcements.announce_levels(session, 500)
    return announced()[-1].available


def test_a_location_is_shown_and_changed(client, admin, far):
    changed = change(client, admin, far, name="Farther", priority=7)

    assert (changed.status_code, changed.json["version"]) == (200, 2)
    shown = client.get(f"{BASE}/{far['id']}", headers=admin)
    assert shown.json == far | {"name": "Farther", "priority": 7, "version": 2}
    assert shown.headers["ETag"] == '"2"'


def test_a_stale_change_is_refused(client, admin, far):
    change(client, admin, far, name="Farther")

    assert change(client, admin, far, name="Nearer").status_code == 412
    missing = client.patch(f"{BASE}/{far['id']}", json={"name": "x"}, headers=admin)
    assert missing.status_code == 428


def test_the_code_stays(client, admin, far):
    assert change(client, admin, far, code="near").status_code == 422


def test_a_closed_location_promises_and_serves_nothing(client, admin, shop, far):
    shop.receive(2, "mug")
    shop.receive(3, "mug", location="far")
    before = available()

    change(client, admin, far, active=False)

    assert (before, available()) == (5, 2)
    with pytest.raises(OutOfStock):
        shop.reserve(shop.lines(mug=3))
    shop.reserve(shop.lines(mug=2))
    assert shop.level("mug", "far") == (3, 0)


def test_a_location_that_opens_again_promises_again(client, admin, shop, far):
    shop.receive(3, "mug", location="far")
    closed = change(client, admin, far, active=False).json
    nothing = available()

    change(client, admin, closed, active=True)

    assert (nothing, available()) == (0, 3)


def test_the_version_of_a_level_grows_when_its_location_is_closed(client, admin, shop, far):
    shop.receive(3, "mug", location="far")
    available()
    change(client, admin, far, active=False)
    available()

    opened, closed = announced()

    assert closed.version > opened.version


def test_what_is_held_at_a_location_leaves_though_it_was_closed(client, admin, shop, far):
    shop.receive(3, "mug", location="far")
    order_id = shop.reserve(shop.lines(mug=2))
    change(client, admin, far, active=False)

    with transaction() as session:
        holds.commit_stock(session, order_id)

    assert shop.level("mug", "far") == (1, 0)
    assert imbalance() == []


def test_an_unused_location_can_be_removed(client, admin, far):
    headers = admin | {"If-Match": '"1"'}

    gone = client.delete(f"{BASE}/{far['id']}", headers=headers)

    assert gone.status_code == 204
    assert client.get(f"{BASE}/{far['id']}", headers=admin).status_code == 404


def test_a_location_that_has_levels_stays(client, admin, shop, far):
    shop.receive(1, "mug", location="far")
    headers = admin | {"If-Match": '"1"'}

    refused = client.delete(f"{BASE}/{far['id']}", headers=headers)

    assert (refused.status_code, refused.json["code"]) == (409, "inventory.location_in_use")


def test_the_location_where_new_variants_begin_stays(client, admin):
    (main,) = client.get(BASE, headers=admin).json["data"]

    refused = client.delete(f"{BASE}/{main['id']}", headers=admin | {"If-Match": '"1"'})

    assert (refused.status_code, refused.json["code"]) == (409, "inventory.location_in_use")


def test_an_unknown_location_is_not_found(client, admin):
    answer = client.get(f"{BASE}/{ids.to_text('loc', ids.uuid7())}", headers=admin)

    assert (answer.status_code, answer.json["code"]) == (404, "inventory.location_not_found")
