"""Puts what was clicked on sale, by the catalog's import, and finds out its ids."""

import csv
import io
import time
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from tools.clickstream.rows import Click, Clicks
from tools.replay.people import Person
from tools.replay.shop import ReplayFailed, Shop

_PATIENCE_SECONDS = 300.0


def slug_of(shop: str, click: Click) -> str:
    """The public name of a clicked product."""
    return f"{shop}-{click.code}".lower()


def put_on_sale(shop: Shop, admin: Person, clicks: Clicks) -> dict[str, str]:
    """The id of every clicked product by its slug, once all are on sale."""
    first = {slug_of(clicks.shop, click): click for click in reversed(clicks.rows)}
    accepted = shop.call(
        "POST",
        "/api/v1/imports",
        products_csv(first),
        {**admin.headers(), "Content-Type": "text/csv"},
    )
    _await_import(shop, admin, f"/api/v1/imports/{accepted['id']}")
    ids = {slug: product for slug, product in _all_products(shop) if slug in first}
    if missing := first.keys() - ids.keys():
        raise ReplayFailed(f"{len(missing)} products are not on sale, first {min(missing)}")
    return ids


def products_csv(first: dict[str, Click]) -> bytes:
    """A product for each code, described by its first click."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(("sku", "slug", "name", "price", "currency", "category"))
    for slug, click in first.items():
        price = f"{click.price // 100}.{click.price % 100:02}"
        name = f"{click.brand} {click.category[-1]} {click.code}".strip().capitalize()
        category = " > ".join(click.category)
        writer.writerow((slug.upper(), slug, name, price, "USD", category))
    return text.getvalue().encode()


def _await_import(shop: Shop, admin: Person, path: str) -> None:
    until = time.monotonic() + _PATIENCE_SECONDS
    while (state := shop.get(path, admin.headers()))["state"] != "done":
        if time.monotonic() > until:
            raise ReplayFailed(f"the import is not done after {_PATIENCE_SECONDS:.0f} s: {state}")
        time.sleep(0.5)
    if state["failed"]:
        errors: Sequence[Any] = shop.get(f"{path}/errors", admin.headers())["data"]
        raise ReplayFailed(f"{state['failed']} products were not imported, first {errors[0]}")


def _all_products(shop: Shop) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    path = "/api/v1/products?limit=100"
    while True:
        page = shop.get(path, {})
        found += [(product["slug"], product["id"]) for product in page["data"]]
        if not page["page"]["has_more"]:
            return found
        path = f"/api/v1/products?limit=100&cursor={quote(page['page']['next'])}"
