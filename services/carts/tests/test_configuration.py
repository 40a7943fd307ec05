"""Tax rates and shipping methods over HTTP."""

from typing import Any

import pytest

from libs.ids import uuid7
from services.carts.tests.shop import BERLIN, Guest

TAX = {
    "category": "standard",
    "country": "DE",
    "rate_basis_points": 1900,
    "inclusive": False,
}
BIKE: dict[str, Any] = {
    "code": "bike",
    "name": "Bike",
    "rates": [{"countries": ["DE"], "currency": "EUR", "price_minor": 300}],
}


def test_a_tax_rate_changes_totals_of_its_country(client, shop, admin):
    shop.sells("MUG")
    guest = Guest(client, "MUG", shipping_address=BERLIN)

    made = client.post("/api/v1/tax-rates", json=TAX, headers=admin)
    german = guest.cart()["totals"]
    french = guest.call("PUT", "/shipping-address", BERLIN | {"country": "FR"}).json["totals"]

    assert made.status_code == 201
    assert (german["tax"]["amount"], german["total"]["amount"]) == (190, 1680)
    assert french["tax"]["amount"] == 0


def test_a_category_has_one_rate_per_country(client, admin):
    client.post("/api/v1/tax-rates", json=TAX, headers=admin)

    second = client.post("/api/v1/tax-rates", json=TAX, headers=admin)

    assert (second.status_code, second.json["code"]) == (409, "carts.tax_rate_exists")


def test_a_tax_rate_is_changed_only_by_who_has_seen_it(client, admin):
    made = client.post("/api/v1/tax-rates", json=TAX, headers=admin)
    path = f"/api/v1/tax-rates/{made.json['id']}"
    seen = {"If-Match": made.headers["ETag"]}

    unseen = client.patch(path, json={"rate_basis_points": 1600}, headers=admin)
    changed = client.patch(path, json={"rate_basis_points": 1600}, headers=admin | seen)
    stale = client.patch(path, json={"rate_basis_points": 700}, headers=admin | seen)

    assert [a.status_code for a in (unseen, changed, stale)] == [428, 200, 412]
    assert client.get(path, headers=admin).json["rate_basis_points"] == 1600


def test_a_deleted_tax_rate_is_gone(client, admin):
    made = client.post("/api/v1/tax-rates", json=TAX, headers=admin)
    path = f"/api/v1/tax-rates/{made.json['id']}"

    assert client.delete(path, headers=admin).status_code == 204
    assert client.get(path, headers=admin).status_code == 404
    assert client.get("/api/v1/tax-rates", headers=admin).json["data"] == []


def test_everybody_sees_the_methods_on_offer_and_administrators_all(client, admin):
    hidden = BIKE | {"active": False}
    made = client.post("/api/v1/shipping-methods", json=hidden, headers=admin).json

    offered = client.get("/api/v1/shipping-methods").json["data"]
    everything = client.get("/api/v1/shipping-methods", headers=admin).json["data"]

    assert [method["code"] for method in offered] == ["standard", "express"]
    assert [method["code"] for method in everything] == ["standard", "express", "bike"]
    assert client.get(f"/api/v1/shipping-methods/{made['id']}").status_code == 404


def test_a_method_that_does_not_go_there_is_a_problem(client, shop, admin):
    shop.sells("MUG")
    client.post("/api/v1/shipping-methods", json=BIKE, headers=admin)
    guest = Guest(client, "MUG", shipping_method="bike", shipping_address=BERLIN)

    away = guest.call("PUT", "/shipping-address", BERLIN | {"country": "FR"}).json

    assert guest.made["totals"]["shipping"]["amount"] == 300
    assert [problem["code"] for problem in away["problems"]] == ["shipping_method_unavailable"]


def test_a_shipping_method_is_changed_and_deleted(client, shop, admin):
    shop.sells("MUG")
    made = client.post("/api/v1/shipping-methods", json=BIKE, headers=admin)
    path = f"/api/v1/shipping-methods/{made.json['id']}"
    seen = admin | {"If-Match": made.headers["ETag"]}
    guest = Guest(client, "MUG", shipping_method="bike", shipping_address=BERLIN)

    rates = [BIKE["rates"][0] | {"price_minor": 500}]
    client.patch(path, json={"rates": rates}, headers=seen)
    dearer = guest.cart()["totals"]["shipping"]["amount"]
    client.delete(path, headers=admin)

    assert dearer == 500
    assert client.get(path).status_code == 404
    assert guest.cart()["problems"][0]["code"] == "shipping_method_unavailable"


def test_two_methods_of_one_code_are_refused(client, admin):
    refused = client.post(
        "/api/v1/shipping-methods", json=BIKE | {"code": "standard"}, headers=admin
    )

    assert (refused.status_code, refused.json["code"]) == (409, "carts.shipping_method_exists")


@pytest.mark.parametrize("path", ["/api/v1/tax-rates", "/api/v1/shipping-methods"])
def test_only_administrators_change_the_configuration(client, issuer, path):
    customer = issuer.user(uuid7())

    assert client.post(path, json={}, headers=customer).status_code == 403
    assert client.post(path, json={}).status_code == 401
