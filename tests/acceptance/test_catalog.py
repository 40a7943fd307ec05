"""What is for sale: products, categories, brands, search."""

import io
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
import urllib3
from PIL import Image

from libs import clock
from tests.end_to_end.shop import Shop, await_that


def _draft(name: str, **fields: Any) -> dict[str, Any]:
    """A product of one variant, whose sku nobody else uses."""
    variant = {
        "sku": f"{name.upper().replace(' ', '-')}-{uuid4().hex[:8]}",
        "options": {},
        "prices": [{"amount": 1999, "currency": "EUR"}],
    }
    return {"name": name, "description": "Light and airy.", "variants": [variant]} | fields


@pytest.fixture(scope="package")
def shelf(shop: Shop) -> dict[str, Any]:
    """A category, a brand and a product of both."""
    mark = uuid4().hex[:8]
    category = {"name": f"Tents {mark}", "slug": f"tents-{mark}"}
    brand = {"name": f"Northwind {mark}", "slug": f"northwind-{mark}"}
    shop.admin.post("/categories", category).expect(201)
    shop.admin.post("/brands", brand).expect(201)
    draft = _draft(f"Tent {mark}", category=category["slug"], brand=brand["slug"])
    product = shop.admin.post("/products", draft).expect(201)
    return {"category": category, "brand": brand, "product": product, "mark": mark}


def _names(answer: Any) -> list[str]:
    return [one["name"] for one in answer.expect(200)["data"]]


def test_row_014_products_are_listed(shop, shelf):
    listed = shop.guest().get("/products?limit=100").expect(200)
    older = shop.guest().at("GET", "/api/v1/products/queries/?limit=100").expect(200)

    assert shelf["product"]["id"] in [one["id"] for one in listed["data"]]
    assert [one["id"] for one in older["data"]] == [one["id"] for one in listed["data"]]


def test_row_015_a_product_is_shown_by_its_id_and_by_its_slug(shop, shelf):
    product = shelf["product"]

    found = [shop.guest().get(f"/products/{product[key]}").expect(200) for key in ("id", "slug")]

    assert [one["name"] for one in found] == [product["name"]] * 2


def test_row_016_an_administrator_creates_a_product(shop):
    draft = _draft("Lantern")

    made = shop.admin.post("/products", draft).expect(201)
    older = shop.admin.at("POST", "/api/v1/products/commands/", _draft("Lantern two")).expect(201)

    assert made["variants"][0]["sku"] == draft["variants"][0]["sku"]
    assert shop.guest().get(f"/products/{older['id']}").status == 200
    assert shop.customer().post("/products", _draft("Torch")).status == 403


def test_row_017_an_administrator_replaces_and_patches_a_product(shop):
    made = shop.admin.post("/products", _draft("Stove")).expect(201)
    path, draft = f"/products/{made['id']}", _draft("Gas stove")

    replaced = shop.admin.call("PUT", path, draft, If_Match=f'"{made["version"]}"').expect(200)
    changed = {"description": "Hot."}
    patched = shop.admin.call("PATCH", path, changed, If_Match=f'"{replaced["version"]}"')
    late = shop.admin.call("PATCH", path, changed, If_Match=f'"{made["version"]}"')

    assert replaced["name"] == "Gas stove"
    assert patched.expect(200)["description"] == "Hot."
    assert late.status == 412


def test_row_018_a_deleted_product_is_hidden_and_can_be_restored(shop):
    made = shop.admin.post("/products", _draft("Rope")).expect(201)
    path = f"/products/{made['id']}"

    shop.admin.call("DELETE", path, If_Match=f'"{made["version"]}"').expect(204)
    hidden = shop.guest().get(path).status
    shop.admin.post(f"{path}/restore").expect(200)

    assert hidden == 404
    assert shop.guest().get(path).status == 200


def test_row_019_a_product_has_name_description_price_stock_and_times(shop, shelf):
    shown = shop.guest().get(f"/products/{shelf['product']['id']}").expect(200)

    assert shown["name"].startswith("Tent")
    assert shown["description"] == "Light and airy."
    assert (shown["price"]["amount"], shown["price"]["decimal"]) == (1999, "19.99")
    assert shown["in_stock"] is False
    assert shown["created_at"] <= shown["updated_at"]


def test_row_020_what_is_reduced_is_a_hot_deal(shop):
    made = shop.admin.post("/products", _draft("Dry bag")).expect(201)
    code = f"sale-{uuid4().hex[:8]}"
    prices = {"prices": [{"sku": made["variants"][0]["sku"], "currency": "EUR", "amount": 999}]}
    soon = {"starts_at": (clock.now() + timedelta(seconds=1)).isoformat()}
    shop.admin.post("/price-lists", {"code": code, "name": "Sale"} | soon).expect(201)
    shop.admin.call("PUT", f"/price-lists/{code}/prices", prices).expect(200)

    def deals() -> list[Any]:
        listed = shop.guest().get("/products/hot-deals?limit=100").expect(200)["data"]
        return [one["discount_percent"] for one in listed if one["id"] == made["id"]]

    await_that("the reduced price", lambda: deals() == [50])


def test_row_021_products_are_found_by_category(shop, shelf):
    slug, name = shelf["category"]["slug"], shelf["product"]["name"]

    assert _names(shop.guest().get(f"/products?category={slug}")) == [name]
    older = shop.guest().at("GET", f"/api/v1/products/queries/by-category/{slug}/")
    assert _names(older) == [name]


def test_row_022_products_are_found_by_brand(shop, shelf):
    slug, name = shelf["brand"]["slug"], shelf["product"]["name"]

    assert _names(shop.guest().get(f"/products?brand={slug}")) == [name]
    older = shop.guest().at("GET", f"/api/v1/products/queries/by-brand/{slug}/")
    assert _names(older) == [name]


def test_row_023_products_are_filtered_by_price_category_and_stock(shop, shelf):
    guest, own = shop.guest(), f"/products?category={shelf['category']['slug']}"

    assert len(_names(guest.get(f"{own}&filter[price][gte]=1999&filter[price][lte]=1999"))) == 1
    assert _names(guest.get(f"{own}&filter[price][gte]=2000")) == []
    assert _names(guest.get(f"{own}&in_stock=true")) == []

    sku = shelf["product"]["variants"][0]["sku"]
    lines = [{"sku": sku, "delta": 5, "reason": "delivered"}]
    await_that(
        "the arrival of the variant in inventory",
        lambda: (
            shop.admin.post(
                "/inventory/adjustments", {"lines": lines}, Idempotency_Key=f"fill-{sku}"
            ).status
            < 300
        ),
    )
    await_that("the stock", lambda: len(_names(guest.get(f"{own}&in_stock=true"))) == 1)


def test_row_024_products_are_searched(shop, shelf):
    found = _names(shop.guest().get(f"/products/search?q=tent+{shelf['mark']}"))

    assert found[0] == shelf["product"]["name"]


def test_row_025_a_search_forgives_a_slip(shop, shelf):
    shop.admin.post("/products", _draft("Carabiner")).expect(201)

    def found() -> list[str]:
        return _names(shop.guest().get("/products/search?q=carabimer"))

    await_that("a search for what was meant", lambda: "Carabiner" in found())


def test_row_026_categories_are_listed_found_by_slug_and_managed(shop):
    slug = f"boats-{uuid4().hex[:8]}"
    shop.admin.post("/categories", {"name": "Boats", "slug": slug}).expect(201)

    listed = shop.guest().at("GET", "/categories/?limit=100").expect(200)["data"]
    shop.admin.call("PATCH", f"/categories/{slug}", {"name": "Ships"}).expect(200)
    shown = shop.guest().at("GET", f"/api/v1/catalog/queries/categories/{slug}/").expect(200)
    shop.admin.call("DELETE", f"/categories/{slug}").expect(204)

    assert slug in [one["slug"] for one in listed]
    assert shown["name"] == "Ships"
    assert shop.guest().get(f"/categories/{slug}").status == 404


def test_row_027_brands_are_listed_and_found_by_slug(shop, shelf):
    slug = shelf["brand"]["slug"]

    listed = shop.guest().at("GET", "/api/v1/catalog/queries/brands/?limit=100").expect(200)
    shown = shop.guest().at("GET", f"/api/v1/catalog/queries/brands/{slug}/").expect(200)

    assert slug in [one["slug"] for one in listed["data"]]
    assert shown["name"] == shelf["brand"]["name"]


@pytest.fixture(scope="package")
def pictured(shop: Shop) -> tuple[str, list[dict[str, Any]]]:
    """The address of a product with two images, and what is shown of them."""
    made = shop.admin.post("/products", _draft("Canoe")).expect(201)
    path = f"/products/{made['id']}"
    for color in ("teal", "coral"):
        _upload(shop, path, color)

    def shown() -> list[dict[str, Any]]:
        images: list[dict[str, Any]] = shop.guest().get(f"{path}/images").expect(200)["data"]
        return images

    await_that("the thumbnails", lambda: len(shown()) == 2)
    return path, shown()


def _upload(shop: Shop, path: str, color: str) -> None:
    out = io.BytesIO()
    Image.new("RGB", (900, 600), color).save(out, "PNG")
    announced = {"content_type": "image/png", "size": len(out.getvalue()), "alt": color}
    image = shop.admin.post(f"{path}/images", announced).expect(201)
    upload = image["upload"]
    put = urllib3.request(
        upload["method"], upload["url"], body=out.getvalue(), headers=upload["headers"], timeout=10
    )
    assert put.status in (200, 204)
    shop.admin.post(f"{path}/images/{image['id']}/complete").expect(202)


def test_row_028_images_are_uploaded_ordered_and_deleted(shop, pictured):
    path, (first, second) = pictured

    order = {"images": [second["id"], first["id"]]}
    ordered = shop.admin.call("PATCH", f"{path}/images", order).expect(200)["data"]
    shop.admin.call("DELETE", f"{path}/images/{first['id']}", If_Match="*").expect(204)

    assert [one["id"] for one in ordered] == order["images"]
    left = shop.guest().get(f"{path}/images").expect(200)["data"]
    assert [one["alt"] for one in left] == ["coral"]


def test_row_029_files_lie_in_an_object_store(pictured, object_store):
    _, (first, _) = pictured

    urls = [file["url"] for file in first["files"]]

    assert len(urls) > 1
    assert all(url.startswith(f"http://{object_store}/pictures/") for url in urls)
