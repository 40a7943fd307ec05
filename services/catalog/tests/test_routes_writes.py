"""Products over HTTP: who may write, on which version, and what is refused."""

import json
from typing import Any

import pytest

from libs.ids import to_text, uuid7
from libs.testing.tokens import Issuer
from services.catalog.tests.shop import MUG, Shop

URL = "/api/v1/products"


def test_a_product_can_be_replaced_and_changed_and_its_version_grows(
    client: Any, admin: dict[str, str], mug: str
) -> None:
    seen = client.get(mug).headers["ETag"]

    put = client.put(mug, json=MUG | {"name": "Cup"}, headers=admin | {"If-Match": seen})
    patch = client.patch(
        mug, json={"description": "Fine"}, headers=admin | {"If-Match": put.headers["ETag"]}
    )

    assert (put.status_code, put.json["name"], put.json["version"]) == (200, "Cup", 2)
    assert (patch.json["name"], patch.json["description"]) == ("Cup", "Fine")
    assert patch.headers["ETag"] == client.get(mug).headers["ETag"]


@pytest.mark.parametrize("method", ["put", "patch"])
def test_a_write_needs_the_version_it_is_based_on(
    client: Any, admin: dict[str, str], mug: str, method: str
) -> None:
    write = getattr(client, method)

    missing = write(mug, json=MUG, headers=admin)
    stale = write(mug, json=MUG, headers=admin | {"If-Match": '"9"'})

    assert (missing.status_code, stale.status_code) == (428, 412)
    assert client.get(mug).json["version"] == 1


def test_stock_that_moved_does_not_stand_in_the_way_of_a_write(
    client: Any, admin: dict[str, str], shop: Shop
) -> None:
    product_id = shop.add("Mug")
    seen = client.get(f"{URL}/mug").headers["ETag"]
    shop.supply({shop.card(product_id).variants[0].id: 3})

    answer = client.patch(f"{URL}/mug", json={"name": "Cup"}, headers=admin | {"If-Match": seen})

    assert answer.status_code == 200


def test_a_deleted_product_can_be_restored(client: Any, admin: dict[str, str], mug: str) -> None:
    deleted = client.delete(mug, headers=admin)
    gone = client.get(mug)
    restored = client.post(f"{mug}/restore", headers=admin)

    assert (deleted.status_code, gone.status_code, restored.status_code) == (204, 404, 200)
    assert client.get(mug).json["version"] == 3


def test_a_delete_of_another_version_is_refused(
    client: Any, admin: dict[str, str], mug: str
) -> None:
    answer = client.delete(mug, headers=admin | {"If-Match": '"7"'})

    assert (answer.status_code, client.get(mug).status_code) == (412, 200)


def test_every_version_is_on_record(client: Any, admin: dict[str, str], mug: str) -> None:
    client.delete(mug, headers=admin)

    record = client.get(f"{mug}/revisions", headers=admin).json["data"]

    assert [(entry["version"], entry["action"]) for entry in record] == [
        (2, "deleted"),
        (1, "created"),
    ]
    assert record[0]["actor"].startswith("usr_")
    assert record[0]["state"]["active"] is False


def test_a_repeated_key_makes_one_product(client: Any, admin: dict[str, str], shop: Shop) -> None:
    headers = admin | {"Idempotency-Key": "once"}

    first = client.post(URL, json=MUG, headers=headers)
    second = client.post(URL, json=MUG, headers=headers)

    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json == second.json
    assert second.headers["Idempotent-Replayed"] == "true"
    assert len(shop.facts()) == 1


PRICE = {"amount": 1, "currency": "EUR"}


def with_variant(**fields: Any) -> dict[str, Any]:
    """A product whose one variant differs."""
    return MUG | {"variants": [{"sku": "MUG", "prices": [PRICE]} | fields]}


@pytest.mark.parametrize(
    "body",
    [
        {},
        MUG | {"id": "prd_1"},
        MUG | {"version": 7},
        MUG | {"created_at": "2026-01-01T00:00:00Z"},
        MUG | {"name": ""},
        MUG | {"name": " <b></b> "},
        MUG | {"name": "x" * 256},
        MUG | {"name": "a\x00b"},
        MUG | {"name": "\ud800"},
        MUG | {"name": 5},
        MUG | {"slug": "No Slug"},
        MUG | {"description": "x" * 20_001},
        MUG | {"status": "deleted"},
        MUG | {"tax_category": "A B"},
        MUG | {"category": "nothing"},
        MUG | {"brand": "nothing"},
        MUG | {"metadata": [1]},
        MUG | {"variants": []},
        MUG | {"variants": [with_variant()["variants"][0]] * 2},
        with_variant(sku=""),
        with_variant(sku="a\nb"),
        with_variant(prices=[]),
        with_variant(prices=[PRICE, PRICE]),
        with_variant(prices=[PRICE | {"amount": -1}]),
        with_variant(prices=[PRICE | {"amount": 1.5}]),
        with_variant(prices=[PRICE | {"amount": "1"}]),
        with_variant(prices=[PRICE | {"amount": True}]),
        with_variant(prices=[PRICE | {"amount": 10**12 + 1}]),
        with_variant(prices=[PRICE | {"amount": 2**63}]),
        with_variant(prices=[PRICE | {"currency": "euro"}]),
        with_variant(prices=[PRICE | {"decimal": "0.01"}]),
        with_variant(weight_g=-1),
        with_variant(weight_g=1.9),
        with_variant(barcode="1 2"),
        with_variant(options={"color": ""}),
        with_variant(options={"color": 5}),
        with_variant(options={str(n): "x" for n in range(9)}),
        with_variant(available=5),
    ],
)
def test_a_body_that_breaks_the_rules_is_a_422_and_changes_nothing(
    client: Any, admin: dict[str, str], shop: Shop, body: dict[str, Any]
) -> None:
    text = json.dumps(body)

    answer = client.post(URL, data=text, content_type="application/json", headers=admin)

    assert (answer.status_code, answer.mimetype) == (422, "application/problem+json")
    assert shop.names() == []
    assert shop.facts() == []


def test_a_patch_cannot_leave_a_variant_half_described(
    client: Any, admin: dict[str, str], mug: str
) -> None:
    answer = client.patch(
        mug, json={"variants": [{"sku": "MUG"}]}, headers=admin | {"If-Match": '"1"'}
    )

    assert answer.status_code == 422


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (with_variant(sku="OTHER") | {"slug": "mug"}, "catalog.slug_taken"),
        (with_variant(), "catalog.sku_taken"),
    ],
)
def test_what_belongs_to_another_product_is_a_409(
    client: Any, admin: dict[str, str], mug: str, body: dict[str, Any], code: str
) -> None:
    answer = client.post(URL, json=body, headers=admin)

    assert (answer.status_code, answer.json["code"]) == (409, code)


def test_markup_is_reduced_to_formatting(client: Any, admin: dict[str, str]) -> None:
    body = MUG | {
        "name": "Mug<img src=x onerror=alert(1)>",
        "description": "<p onclick=x>Fine<script>alert(1)</script></p><scr<b>ipt>",
    }

    shown = client.post(URL, json=body, headers=admin).json

    assert shown["name"] == "Mug"
    assert shown["description"] == "<p>Finealert(1)</p>&lt;scr<b>ipt>"


WRITES = [
    ("post", URL),
    ("put", f"{URL}/mug"),
    ("patch", f"{URL}/mug"),
    ("delete", f"{URL}/mug"),
    ("post", f"{URL}/mug/restore"),
    ("get", f"{URL}/mug/revisions"),
    ("post", "/api/v1/categories"),
    ("patch", "/api/v1/categories/mugs"),
    ("delete", "/api/v1/categories/mugs"),
    ("post", "/api/v1/brands"),
    ("patch", "/api/v1/brands/acme"),
    ("delete", "/api/v1/brands/acme"),
    ("post", "/api/v1/imports"),
    ("get", "/api/v1/imports"),
    ("get", f"/api/v1/imports/{to_text('imp', uuid7())}"),
    ("get", f"/api/v1/imports/{to_text('imp', uuid7())}/errors"),
]


@pytest.mark.parametrize(("method", "url"), WRITES)
def test_only_administrators_write(
    client: Any, issuer: Issuer, shop: Shop, method: str, url: str
) -> None:
    shop.add("Mug")

    nobody = client.open(url, method=method, json={})
    customer = client.open(url, method=method, json={}, headers=issuer.user(uuid7()))

    assert (nobody.status_code, customer.status_code) == (401, 403)
    assert len(shop.facts()) == 1


@pytest.mark.parametrize("slug", ["search", "hot-deals"])
def test_a_product_never_hides_behind_another_address(
    client: Any, admin: dict[str, str], slug: str
) -> None:
    wished = client.post(URL, json=MUG | {"slug": slug}, headers=admin)
    named = client.post(URL, json=MUG | {"name": slug}, headers=admin)

    assert (wished.status_code, named.status_code) == (409, 201)
    assert named.json["slug"].startswith(f"{slug}-")
