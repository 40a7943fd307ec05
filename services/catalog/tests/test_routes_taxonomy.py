"""Categories and brands over HTTP."""

from typing import Any

import pytest

from libs.contracts.catalog import CategoryChanged, ProductCategory
from libs.db.transaction import transaction
from services.catalog.commands.categories import lock_tree
from services.catalog.tests.shop import Shop

CATEGORIES, BRANDS = "/api/v1/categories", "/api/v1/brands"


def test_a_category_lies_in_its_parent(client: Any, admin: dict[str, str]) -> None:
    client.post(CATEGORIES, json={"name": "Home"}, headers=admin)

    made = client.post(CATEGORIES, json={"name": "Mugs", "parent": "home"}, headers=admin)

    assert (made.status_code, made.headers["Location"]) == (201, f"{CATEGORIES}/mugs")
    shown = client.get(made.headers["Location"]).json
    assert (shown["path"], shown["parent"]) == ("Home > Mugs", "home")
    assert shown["id"].startswith("cat_")
    listed = client.get(CATEGORIES).json["data"]
    assert [(category["slug"], category["parent"]) for category in listed] == [
        ("home", None),
        ("mugs", "home"),
    ]


def test_a_moved_category_takes_along_what_lies_below(
    client: Any, admin: dict[str, str], shop: Shop
) -> None:
    shop.category("Garden")
    shop.category("Mugs", shop.category("100%_Home", slug="home"))
    shop.category("Blue", "mugs")
    shop.category("100xxHome2")
    shop.add("Cup", category="blue")

    moved = client.patch(
        f"{CATEGORIES}/mugs", json={"parent": "garden", "name": "Cups"}, headers=admin
    )

    assert (moved.status_code, moved.json["path"], moved.json["version"]) == (
        200,
        "Garden > Cups",
        2,
    )
    assert client.get(f"{CATEGORIES}/blue").json["path"] == "Garden > Cups > Blue"
    shop.refresh_listings()
    assert shop.names(category="garden") == ["Cup"]
    assert shop.names(category="home") == []


def test_a_product_tells_its_category_and_the_category_what_it_is_called(
    client: Any, admin: dict[str, str], shop: Shop
) -> None:
    shop.category("Mugs")
    shop.add("Cup", category="mugs")
    shop.add("Odd")
    path = f"{CATEGORIES}/mugs"

    client.patch(path, json={"name": "Cups", "slug": "cups"}, headers=admin)
    client.patch(f"{CATEGORIES}/cups", json={"parent": shop.category("Home")}, headers=admin)

    cup, odd = shop.facts()
    assert cup.category is not None
    assert (cup.category.slug, cup.category.name, cup.category.version) == ("mugs", "Mugs", 1)
    assert odd.category is None
    [told] = shop.announced(CategoryChanged)
    assert told.category == ProductCategory(
        category_id=cup.category.category_id, version=2, slug="cups", name="Cups"
    )


def test_a_category_can_become_a_root(client: Any, admin: dict[str, str], shop: Shop) -> None:
    shop.category("Mugs", shop.category("Home"))

    moved = client.patch(f"{CATEGORIES}/mugs", json={"parent": None}, headers=admin)

    assert (moved.json["path"], moved.json["parent"]) == ("Mugs", None)


@pytest.mark.parametrize("parent", ["home", "blue"])
def test_a_category_cannot_lie_within_itself(
    client: Any, admin: dict[str, str], shop: Shop, parent: str
) -> None:
    shop.category("Blue", shop.category("Mugs", shop.category("Home")))

    answer = client.patch(f"{CATEGORIES}/home", json={"parent": parent}, headers=admin)

    assert (answer.status_code, answer.json["code"]) == (409, "catalog.category_cycle")


def test_the_tree_has_a_depth(client: Any, admin: dict[str, str], shop: Shop) -> None:
    slug = None
    for level in "abcdefgh":
        slug = shop.category(level, slug)
    shop.category("top")

    deeper = client.post(CATEGORIES, json={"name": "i", "parent": slug}, headers=admin)
    moved = client.patch(f"{CATEGORIES}/a", json={"parent": "top"}, headers=admin)

    assert (deeper.status_code, moved.status_code) == (422, 422)
    assert client.get(f"{CATEGORIES}/h").json["path"] == " > ".join("abcdefgh")


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"name": "Home"}, 409, "catalog.category_name_taken"),
        ({"name": "Other", "slug": "home"}, 409, "catalog.slug_taken"),
        ({"name": "Other", "parent": "none"}, 422, "catalog.unknown_category"),
        ({"name": "A > B"}, 422, "validation_failed"),
        ({"name": ""}, 422, "validation_failed"),
        ({"name": "X", "path": "Y"}, 422, "validation_failed"),
    ],
)
def test_a_category_that_cannot_be_is_refused(
    client: Any, admin: dict[str, str], shop: Shop, body: Any, status: int, code: str
) -> None:
    shop.category("Home")

    answer = client.post(CATEGORIES, json=body, headers=admin)

    assert (answer.status_code, answer.json["code"]) == (status, code)


def test_only_an_empty_category_can_be_removed(
    client: Any, admin: dict[str, str], shop: Shop
) -> None:
    shop.category("Mugs", shop.category("Home"))
    shop.delete(shop.add("Cup", category="mugs"))
    shop.category("Empty")

    codes = [
        client.delete(f"{CATEGORIES}/{slug}", headers=admin).status_code
        for slug in ("home", "mugs", "empty", "empty")
    ]

    assert codes == [409, 409, 204, 404]


def test_a_category_or_brand_of_another_version_is_not_changed(
    client: Any, admin: dict[str, str], shop: Shop
) -> None:
    shop.category("Home")
    shop.brand("Acme")
    stale = admin | {"If-Match": '"9"'}

    for url in (f"{CATEGORIES}/home", f"{BRANDS}/acme"):
        assert client.patch(url, json={"name": "X"}, headers=stale).status_code == 412
        assert client.delete(url, headers=stale).status_code == 412
        seen = client.get(url).headers["ETag"]
        assert client.get(url, headers={"If-None-Match": seen}).status_code == 304


def test_a_brand_is_made_renamed_and_removed(client: Any, admin: dict[str, str]) -> None:
    made = client.post(BRANDS, json={"name": "Acme"}, headers=admin)
    taken = client.post(BRANDS, json={"name": "acme"}, headers=admin)

    renamed = client.patch(f"{BRANDS}/acme", json={"name": "Ajax", "slug": "ajax"}, headers=admin)

    assert (made.status_code, taken.status_code, renamed.json["name"]) == (201, 409, "Ajax")
    assert client.get(f"{BRANDS}/acme").status_code == 404
    assert [brand["slug"] for brand in client.get(BRANDS).json["data"]] == ["ajax"]
    assert client.delete(f"{BRANDS}/ajax", headers=admin).status_code == 204


def test_a_brand_that_products_carry_stays(client: Any, admin: dict[str, str], shop: Shop) -> None:
    shop.add("Mug", brand=shop.brand("Acme"))

    answer = client.delete(f"{BRANDS}/acme", headers=admin)

    assert (answer.status_code, answer.json["code"]) == (409, "catalog.brand_in_use")


@pytest.mark.parametrize("url", [f"{CATEGORIES}/none", f"{BRANDS}/none", f"{BRANDS}/a%00b"])
def test_what_is_not_there_is_a_404(client: Any, admin: dict[str, str], url: str) -> None:
    assert client.get(url).status_code == 404
    assert client.patch(url, json={"name": "X"}, headers=admin).status_code == 404


def test_a_tree_that_stays_locked_makes_the_caller_come_again(
    client: Any, admin: dict[str, str], shop: Shop
) -> None:
    shop.category("Home")

    with transaction() as session:
        lock_tree(session)
        answer = client.patch(f"{CATEGORIES}/home", json={"name": "X"}, headers=admin)

    assert (answer.status_code, answer.json["retryable"]) == (503, True)
    assert client.get(f"{CATEGORIES}/home").json["name"] == "Home"
