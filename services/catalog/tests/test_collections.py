"""Collections put together by hand or by a rule, and products in other languages."""

from typing import Any

import pytest

from libs.ids import to_text, uuid7
from services.catalog.rules.locales import preferences
from services.catalog.tests.shop import Shop

COLLECTIONS = "/api/v1/collections"


def names(client: Any, path: str, **headers: str) -> list[str]:
    answer = client.get(path, headers=headers)
    return [one["name"] for one in answer.json["data"]]


@pytest.fixture
def gifts(client: Any, admin: dict[str, str]) -> str:
    """The address of an empty collection."""
    made = client.post(COLLECTIONS, json={"name": "Gifts"}, headers=admin)
    address: str = made.headers["Location"]
    return address


def fill(client: Any, admin: dict[str, str], address: str, *product_ids: Any) -> Any:
    body = {"products": [to_text("prd", one) for one in product_ids]}
    return client.put(f"{address}/products", json=body, headers=admin)


def test_a_collection_has_its_own_order_and_pages(
    shop: Shop, client: Any, admin: dict[str, str], gifts: str
) -> None:
    mug, jar, cup = (shop.add(name) for name in ("Mug", "Jar", "Cup"))

    fill(client, admin, gifts, cup, mug, jar)

    first = client.get(f"{gifts}/products?limit=2").json
    rest = names(client, f"{gifts}/products?limit=2&cursor={first['page']['next']}")
    assert [one["name"] for one in first["data"]] + rest == ["Cup", "Mug", "Jar"]


def test_what_nobody_may_see_is_not_shown_in_a_collection(
    shop: Shop, client: Any, admin: dict[str, str], gifts: str
) -> None:
    mug, jar = shop.add("Mug"), shop.add("Jar")
    fill(client, admin, gifts, mug, jar)

    shop.delete(mug)

    assert names(client, f"{gifts}/products") == ["Jar"]
    assert names(client, f"{gifts}/products?currency=USD") == []


def test_a_rule_finds_what_is_in_a_collection(
    shop: Shop, client: Any, admin: dict[str, str], gifts: str
) -> None:
    shop.attribute("color", "choice", "red", "blue")
    shop.add("Red", attributes={"color": "red"})
    shop.add("Blue", attributes={"color": "blue"})

    rule = {"attributes": ["color:red"], "price_lte": 5000}
    changed = client.patch(gifts, json={"rule": rule}, headers=admin)

    assert changed.json["rule"] == rule
    assert names(client, f"{gifts}/products") == ["Red"]
    refused = fill(client, admin, gifts)
    assert (refused.status_code, refused.json["code"]) == (409, "catalog.collection_has_rule")


def test_a_collection_names_products_that_exist_once(
    shop: Shop, client: Any, admin: dict[str, str], gifts: str
) -> None:
    mug = shop.add("Mug")

    for wrong in ((mug, mug), (uuid7(),)):
        answer = fill(client, admin, gifts, *wrong)
        assert (answer.status_code, answer.json["code"]) == (422, "catalog.unknown_products")


def test_collections_are_managed_over_http(client: Any, admin: dict[str, str], gifts: str) -> None:
    seen = client.get(gifts)
    stale = client.patch(gifts, json={"name": "A"}, headers=admin | {"If-Match": '"9"'})
    twice = client.post(COLLECTIONS, json={"name": "Gifts"}, headers=admin)
    wrong = client.post(COLLECTIONS, json={"name": "X", "rule": {"color": 1}}, headers=admin)
    listed = names(client, COLLECTIONS)
    gone = client.delete(gifts, headers=admin)

    assert (seen.json["slug"], stale.status_code, wrong.status_code) == ("gifts", 412, 422)
    assert twice.json["code"] == "catalog.slug_taken"
    assert (listed, gone.status_code, client.get(gifts).status_code) == (["Gifts"], 204, 404)


@pytest.fixture
def mug_in_german(client: Any, admin: dict[str, str], mug: str) -> str:
    """The address of a product with a translation."""
    body = {"name": "Becher", "description": "Aus Ton."}
    assert client.put(f"{mug}/translations/de", json=body, headers=admin).status_code == 200
    return mug


@pytest.mark.parametrize(
    ("query", "header", "name", "language"),
    [
        ("", None, "Mug", "en"),
        ("?locale=de", None, "Becher", "de"),
        ("?locale=de-AT", None, "Becher", "de"),
        ("?locale=fr", None, "Mug", "en"),
        ("", "de-AT,en;q=0.5", "Becher", "de"),
        ("", "en,de;q=0.9", "Mug", "en"),
        ("", "fr,de;q=0.9", "Becher", "de"),
        ("?locale=en", "de", "Mug", "en"),
        ("", "*", "Mug", "en"),
    ],
)
def test_a_product_is_answered_in_the_language_that_is_wished_for(
    client: Any, mug_in_german: str, query: str, header: str | None, name: str, language: str
) -> None:
    headers = {"Accept-Language": header} if header else {}

    answer = client.get(f"{mug_in_german}{query}", headers=headers)

    assert (answer.json["name"], answer.headers["Content-Language"]) == (name, language)


def test_lists_are_translated_and_searches_find_translations(
    client: Any, mug_in_german: str
) -> None:
    assert names(client, "/api/v1/products?locale=de") == ["Becher"]
    assert names(client, "/api/v1/products/search?q=becher") == ["Mug"]


def test_a_translation_can_be_replaced_listed_and_dropped(
    client: Any, admin: dict[str, str], mug_in_german: str
) -> None:
    address = f"{mug_in_german}/translations"
    client.put(f"{address}/de", json={"name": "Tasse"}, headers=admin)

    listed = client.get(address, headers=admin).json["data"]
    dropped = client.delete(f"{address}/de", headers=admin)
    again = client.delete(f"{address}/de", headers=admin)

    assert [(one["locale"], one["name"], one["description"]) for one in listed] == [
        ("de", "Tasse", "")
    ]
    assert (dropped.status_code, again.status_code) == (204, 404)
    assert names(client, "/api/v1/products?locale=de") == ["Mug"]


@pytest.mark.parametrize("locale", ["deutsch", "DE", "d", "de_AT", "de-at"])
def test_a_translation_needs_a_language(
    client: Any, admin: dict[str, str], mug: str, locale: str
) -> None:
    answer = client.put(f"{mug}/translations/{locale}", json={"name": "X"}, headers=admin)

    assert (answer.status_code, answer.json["code"]) == (422, "catalog.bad_locale")


def test_languages_behind_the_shops_own_are_not_looked_for() -> None:
    assert preferences(["de-AT", "en", "fr"], "en") == ("de-AT", "de")
    assert preferences(["x" * 50, "de-at-1996", "fr"], "en") == ("de", "fr")
