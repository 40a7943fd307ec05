"""Products over HTTP: shapes, access, versions, refusals."""

import json
from typing import Any

import pytest

from libs.ids import to_text, uuid7
from libs.money import Money
from libs.testing.tokens import Issuer
from services.catalog.schemas.shown import (
    ProductCardSchema,
    ProductSchema,
    VariantCardSchema,
    VariantDetailSchema,
)
from services.catalog.tests.shop import Shop, variant

URL = "/api/v1/products"
MUG: dict[str, Any] = {
    "name": "Mug",
    "variants": [{"sku": "MUG", "prices": [{"amount": 1999, "currency": "EUR"}]}],
}


@pytest.fixture
def mug(client: Any, admin: dict[str, str]) -> str:
    """The address of a product."""
    location: str = client.post(URL, json=MUG, headers=admin).headers["Location"]
    return location


def test_a_list_shows_each_product_with_its_variants(client: Any, shop: Shop) -> None:
    category, brand = shop.category("Mugs"), shop.brand("Acme")
    blue = variant("M-1", Money(1999, "EUR"), options={"color": "blue"})
    product_id = shop.add("Mug", blue, category=category, brand=brand, description="Fine")
    variant_id = shop.card(product_id).variants[0].id
    shop.supply({variant_id: 7})

    answer = client.get(URL)

    price = {"amount": 1999, "currency": "EUR", "decimal": "19.99"}
    assert answer.json == {
        "data": [
            {
                "id": to_text("prd", product_id),
                "slug": "mug",
                "name": "Mug",
                "description": "Fine",
                "category": {"slug": "mugs", "name": "Mugs"},
                "brand": {"slug": "acme", "name": "Acme"},
                "price": price,
                "in_stock": True,
                "variants": [
                    {
                        "id": to_text("var", variant_id),
                        "sku": "M-1",
                        "options": {"color": "blue"},
                        "price": price,
                        "available": 7,
                    }
                ],
            }
        ],
        "page": {"next": None, "prev": None, "has_more": False},
    }


def test_what_is_shown_is_what_the_schemas_document(client: Any, mug: str) -> None:
    (card,) = client.get(URL).json["data"]
    detail = client.get(mug).json

    assert card.keys() == ProductCardSchema().fields.keys()
    assert card["variants"][0].keys() == VariantCardSchema().fields.keys()
    assert detail.keys() == ProductSchema().fields.keys()
    assert detail["variants"][0].keys() == VariantDetailSchema().fields.keys()


def test_a_product_is_found_by_id_and_by_slug(client: Any, mug: str) -> None:
    by_id, by_slug = client.get(mug), client.get(f"{URL}/mug")

    assert by_id.status_code == 200
    assert by_id.json == by_slug.json
    assert by_id.json["variants"][0]["prices"][0]["decimal"] == "19.99"


@pytest.mark.parametrize("key", ["nothing", "prd_x", "No%20Slug", "x%00y", to_text("prd", uuid7())])
def test_a_product_that_is_none_is_a_404(client: Any, mug: str, key: str) -> None:
    assert client.get(f"{URL}/{key}").status_code == 404


def test_an_unchanged_product_is_a_304_until_its_stock_moves(client: Any, shop: Shop) -> None:
    product_id = shop.add("Mug")
    first = client.get(f"{URL}/mug")
    seen = {"If-None-Match": first.headers["ETag"]}

    same = client.get(f"{URL}/mug", headers=seen)
    shop.supply({shop.card(product_id).variants[0].id: 3})
    moved = client.get(f"{URL}/mug", headers=seen)

    assert (same.status_code, same.data) == (304, b"")
    assert (moved.status_code, moved.json["variants"][0]["available"]) == (200, 3)


@pytest.mark.parametrize(
    "query",
    [
        "page=-1",
        "limit=0",
        "limit=1000000000",
        "limit=1.5",
        "limit=%EF%BC%91",
        "sort=id",
        "sort=name;drop",
        "filter[name][eq]=x",
        "filter[price][eq]=1",
        "filter[price][lte]=1.5",
        "filter[price][gte]=-1",
        "in_stock=yes",
        "currency=eur",
        "include=everything",
        "q=",
        "q=a%00b",
        "cursor=!",
        "limit=1&limit=2",
    ],
)
def test_an_unknown_or_malformed_parameter_is_a_422(client: Any, query: str) -> None:
    answer = client.get(f"{URL}?{query}")

    assert (answer.status_code, answer.mimetype) == (422, "application/problem+json")


@pytest.mark.parametrize("text", ["' OR 1=1 --", "a:*b & | !", "((((", "\\", "%_", "a" * 200])
def test_a_search_for_syntax_is_a_search_for_words(client: Any, mug: str, text: str) -> None:
    assert client.get(f"{URL}/search", query_string={"q": text}).status_code == 200
    assert (
        client.get(URL, query_string={"brand": text[:100], "category": text[:100]}).json["data"]
        == []
    )


def test_a_search_needs_words(client: Any) -> None:
    assert client.get(f"{URL}/search").status_code == 422


def test_pages_follow_each_other_without_gap_or_repeat(client: Any, shop: Shop) -> None:
    for number in range(5):
        shop.add(f"Mug {number}")

    first = client.get(f"{URL}?sort=name&limit=2").json
    second = client.get(f"{URL}?sort=name&limit=2&cursor={first['page']['next']}").json
    third = client.get(f"{URL}?sort=name&limit=2&cursor={second['page']['next']}").json
    back = client.get(f"{URL}?sort=name&limit=2&cursor={third['page']['prev']}").json

    names = [[card["name"] for card in page["data"]] for page in (first, second, third, back)]
    assert names == [["Mug 0", "Mug 1"], ["Mug 2", "Mug 3"], ["Mug 4"], ["Mug 2", "Mug 3"]]
    assert [page["page"]["has_more"] for page in (first, second, third)] == [True, True, False]


def test_the_longest_names_still_make_a_cursor(client: Any, shop: Shop) -> None:
    shop.add("\U0001f600" * 255, variant("A"))
    shop.add('"' * 255, variant("B"))

    first = client.get(f"{URL}?sort=name&limit=1").json
    second = client.get(f"{URL}?sort=name&limit=1&cursor={first['page']['next']}")

    assert second.json["data"][0]["variants"][0]["sku"] == "A"


def test_a_page_of_many_takes_three_statements(
    client: Any, shop: Shop, statements: list[str]
) -> None:
    parent = shop.category("Home")
    child = shop.category("Mugs", parent)
    for number in range(20):
        shop.add(f"Mug {number}", category=child)
    statements.clear()

    answer = client.get(f"{URL}?category=home&sort=name")

    assert len(answer.json["data"]) == 20
    assert len(statements) == 3


def test_the_public_does_not_see_deleted_and_inactive_products(
    client: Any, shop: Shop, admin: dict[str, str]
) -> None:
    shop.delete(shop.add("Gone"))
    shop.add("Asleep", status="inactive")
    shop.add("Mug")

    public = client.get(f"{URL}?sort=name").json["data"]
    full = client.get(f"{URL}?sort=name&include=deleted", headers=admin).json["data"]

    assert [card["name"] for card in public] == ["Mug"]
    assert [card["name"] for card in full] == ["Asleep", "Gone", "Mug"]
    assert client.get(f"{URL}/gone").status_code == 404
    assert client.get(f"{URL}/gone?include=deleted", headers=admin).status_code == 200
    assert client.get(f"{URL}/search?q=gone").json["data"] == []


def test_only_administrators_may_look_at_what_is_deleted(client: Any, issuer: Issuer) -> None:
    customer = issuer.user(uuid7())

    assert client.get(f"{URL}?include=deleted").status_code == 403
    assert client.get(f"{URL}?include=deleted", headers=customer).status_code == 403


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
