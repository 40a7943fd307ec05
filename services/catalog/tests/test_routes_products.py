"""Products over HTTP: what is shown to whom."""

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
                "discount_percent": 0,
                "in_stock": True,
                "attributes": {},
                "rating": {"average": None, "count": 0},
                "images": [],
                "variants": [
                    {
                        "id": to_text("var", variant_id),
                        "sku": "M-1",
                        "options": {"color": "blue"},
                        "price": price,
                        "compare_at": None,
                        "lowest_30_days": None,
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
