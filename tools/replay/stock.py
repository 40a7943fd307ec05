"""Puts the articles of a plan on sale: products by import, prices final, shelves full."""

import csv
import io
import time
from collections.abc import Iterator, Sequence
from typing import Any

from tools.replay.dirt import is_product
from tools.replay.people import Person
from tools.replay.plan import Plan
from tools.replay.shop import Refused, ReplayFailed, Shop

CURRENCY = "GBP"
SHIPPING_METHOD = "replay"
# No rate of tax is ever given for this category, so prices are final.
_TAX_CATEGORY = "replay_untaxed"
_ADJUSTMENT_LINES = 1000
_CART_LINES, _CART_PIECES = 1000, 100_000
_PATIENCE_SECONDS = 180.0


def put_on_sale(shop: Shop, admin: Person, plan: Plan, run: str) -> dict[str, Any]:
    """Returns what the import counted, once every article can be ordered."""
    _offer_shipping(shop, admin)
    imported = _import(shop, admin, plan)
    lines = [
        {"sku": sku, "delta": article.pieces, "reason": f"opening stock of replay {run}"}
        for sku, article in plan.articles.items()
    ]
    for number, batch in enumerate(_batches(lines, _ADJUSTMENT_LINES), 1):
        _fill_shelves(shop, admin, batch, f"{run}-stock-{number}")
    _await_offers(shop, admin, plan)
    return imported


def products_csv(plan: Plan) -> bytes:
    """One product for each stock code, one variant for each of its prices.

    A charge has more prices than a product may have variants: each price is a product.
    """
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(("sku", "name", "price", "currency", "product", "options", "tax_category"))
    for sku, article in plan.articles.items():
        price = sku.rpartition(":")[2]
        product = article.code if is_product(article.code) else sku
        name = plan.names[article.code]
        writer.writerow((sku, name, price, CURRENCY, product, f"price={price}", _TAX_CATEGORY))
    return text.getvalue().encode()


def _import(shop: Shop, admin: Person, plan: Plan) -> dict[str, Any]:
    headers = {**admin.headers(), "Content-Type": "text/csv"}
    accepted = shop.call("POST", "/api/v1/imports", products_csv(plan), headers)
    path = f"/api/v1/imports/{accepted['id']}"
    until = time.monotonic() + _PATIENCE_SECONDS
    while True:
        state: dict[str, Any] = shop.get(path, admin.headers())
        if state["state"] == "done":
            break
        if time.monotonic() > until:
            raise ReplayFailed(f"the import is not done after {_PATIENCE_SECONDS:.0f} s: {state}")
        time.sleep(0.2)
    if state["failed"]:
        errors = shop.get(f"{path}/errors", admin.headers())["data"]
        raise ReplayFailed(f"{state['failed']} products were not imported, first {errors[0]}")
    return {name: state[name] for name in ("rows", "created", "updated", "unchanged")}


def _fill_shelves(shop: Shop, admin: Person, lines: Sequence[dict[str, Any]], key: str) -> None:
    """Until inventory has heard of all the products from the catalog, it refuses."""
    until = time.monotonic() + _PATIENCE_SECONDS
    while True:
        headers = {**admin.headers(), "Idempotency-Key": key}
        try:
            shop.post("/api/v1/inventory/adjustments", {"lines": lines}, headers)
        except Refused as refusal:
            if refusal.code != "inventory.adjustment_refused" or time.monotonic() > until:
                raise
            time.sleep(0.5)
        else:
            return


def _offer_shipping(shop: Shop, admin: Person) -> None:
    rate = {"countries": ["*"], "currency": "*", "price_minor": 0}
    body = {"code": SHIPPING_METHOD, "name": "Replay, free", "position": 9_999, "rates": [rate]}
    try:
        shop.post("/api/v1/shipping-methods", body, admin.headers())
    except Refused as refusal:
        if refusal.status != 409:  # noqa: PLR2004 - it is there from an earlier replay
            raise


def _await_offers(shop: Shop, admin: Person, plan: Plan) -> None:
    """Fill trial carts with everything until carts knows each article with all its stock."""
    items = [
        {"sku": sku, "quantity": min(article.pieces, _CART_PIECES)}
        for sku, article in plan.articles.items()
    ]
    for batch in _batches(items, _CART_LINES):
        until = time.monotonic() + _PATIENCE_SECONDS
        while problem := _trial(shop, admin, batch):
            if time.monotonic() > until:
                raise ReplayFailed(f"carts does not offer everything: {problem}")
            time.sleep(0.5)


def _trial(shop: Shop, admin: Person, items: Sequence[dict[str, Any]]) -> str:
    """What is wrong with a cart of these items, addresses aside; the cart is thrown away."""
    try:
        cart = shop.post("/api/v1/carts", {"currency": CURRENCY, "items": items}, admin.headers())
    except Refused as refusal:
        if refusal.code != "carts.sku_unknown":
            raise
        return str(refusal)
    shop.call("DELETE", f"/api/v1/carts/{cart['id']}", None, admin.headers())
    found = [problem for problem in cart["problems"] if "sku" in problem]
    return str(found[0]) if found else ""


def _batches(items: Sequence[dict[str, Any]], size: int) -> Iterator[Sequence[dict[str, Any]]]:
    return (items[start : start + size] for start in range(0, len(items), size))
