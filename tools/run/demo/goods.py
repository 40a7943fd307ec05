"""The demo's goods: categories, brands, products with variants and prices, their stock."""

import re
from itertools import product as combinations
from pathlib import Path
from typing import Any
from urllib.parse import quote

import msgspec

from libs.testing.shop_client import Shop

_FILE = Path(__file__).with_name("catalog.json")
_CURRENCY = "EUR"
_WORDS = re.compile(r"[a-z0-9]+")


class Named(msgspec.Struct):
    """A category or a brand."""

    slug: str
    name: str


class Product(msgspec.Struct):
    """One product; every combination of its options is a variant with the same price."""

    sku: str
    category: str
    brand: str
    name: str
    description: str
    price: int
    weight_g: int
    stock: int
    options: dict[str, list[str]]

    def variants(self) -> list[tuple[str, dict[str, str]]]:
        """SKU and options of each variant."""
        if not self.options:
            return [(self.sku, {})]
        return [
            (
                "-".join((self.sku, *(_code(choice) for choice in choices))),
                dict(zip(self.options, choices, strict=True)),
            )
            for choices in combinations(*self.options.values())
        ]


class Goods(msgspec.Struct):
    """All of `catalog.json`."""

    brands: list[Named]
    categories: list[Named]
    products: list[Product]


def load() -> Goods:
    """The goods, always the same."""
    return msgspec.json.decode(_FILE.read_bytes(), type=Goods)


def put_on_sale(shop: Shop, goods: Goods) -> None:
    """Create what is missing and fill the shelves."""
    for category in goods.categories:
        shop.ensure("/categories", {"slug": category.slug, "name": category.name})
    for brand in goods.brands:
        shop.ensure("/brands", {"slug": brand.slug, "name": brand.name})
    for product in goods.products:
        shop.ensure("/products", _document(product))
    _fill_shelves(shop, goods)


def _fill_shelves(shop: Shop, goods: Goods) -> None:
    lines: list[dict[str, Any]] = [
        {"sku": sku, "on_hand": product.stock, "reason": "demo stock"}
        for product in goods.products
        for sku, _ in product.variants()
    ]
    unknown = [line["sku"] for line in lines]

    def known() -> bool:
        unknown[:] = [sku for sku in unknown if not _in_inventory(shop, sku)]
        return not unknown

    shop.await_that("the arrival of the catalog in inventory", known)
    shop.post("/inventory/adjustments", {"lines": lines}, {"Idempotency-Key": "demo-stock"})


def _document(product: Product) -> dict[str, Any]:
    return {
        "name": product.name,
        "slug": "-".join(_WORDS.findall(product.name.lower())),
        "description": product.description,
        "category": product.category,
        "brand": product.brand,
        "variants": [
            {
                "sku": sku,
                "options": options,
                "weight_g": product.weight_g,
                "prices": [{"amount": product.price, "currency": _CURRENCY}],
            }
            for sku, options in product.variants()
        ],
    }


def _in_inventory(shop: Shop, sku: str) -> bool:
    return bool(shop.get(f"/inventory/stocks?sku={quote(sku)}")["data"])


def _code(choice: str) -> str:
    """`40-43` and `13 inch` as parts of a SKU."""
    return choice.upper().replace(" ", "")
