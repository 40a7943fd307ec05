"""`python -m libs.testing.synthetic_order`: buys one thing and follows the order to its end.

Without --sku an article of its own is bought, which an administrator (ARGOSY_ADMIN_PASSWORD) puts
on sale for a country where nobody lives, so that no other rate or price counts.
"""

import argparse
import os
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import msgspec
import urllib3

from libs.testing.shop_client import Shop, ShopFailed

_PASSWORD = "ARGOSY_ADMIN_PASSWORD"  # noqa: S105 - the name of a variable
_PAUSE = 0.2
_STOCK = 1000


@dataclass(frozen=True)
class Article:
    """What is bought, and where it is sent."""

    sku: str
    currency: str
    country: str
    shipping_method: str


OWN = Article("SYNTHETIC-1", "EUR", "AQ", "synthetic")


def put_on_sale(operator: Shop, article: Article) -> None:
    """Create what is missing and fill the shelf."""
    rate = {"countries": [article.country], "currency": article.currency, "price_minor": 100}
    operator.ensure(
        "/shipping-methods",
        # Last of all, so that it is nobody's default.
        {"code": article.shipping_method, "name": "Synthetic", "position": 999, "rates": [rate]},
    )
    variant = {"sku": article.sku, "prices": [{"amount": 100, "currency": article.currency}]}
    product = {"name": "Synthetic article", "slug": "synthetic-article", "variants": [variant]}
    operator.ensure("/products", product)
    stocks = f"/inventory/stocks?sku={quote(article.sku)}"
    operator.await_that("the arrival of the article in inventory", lambda: _has(operator, stocks))
    line = {"sku": article.sku, "on_hand": _STOCK, "reason": "synthetic order"}
    operator.post("/inventory/adjustments", {"lines": [line]}, {"Idempotency-Key": str(uuid4())})


def _has(shop: Shop, path: str) -> bool:
    return bool(shop.get(path)["data"])


def buy(guest: Shop, article: Article, token: str) -> dict[str, Any]:
    """Place an order as somebody without an account."""
    cart = guest.post("/carts", cart_of(article))
    guest.hold_cart(cart["session_token"])
    guest.await_that(
        "the arrival of price and stock in carts",
        lambda: not guest.get(f"/carts/{cart['id']}")["problems"],
    )
    body = order_of(cart["id"], token)
    order: dict[str, Any] = guest.post("/orders", body, {"Idempotency-Key": cart["id"]})
    return order


def cart_of(article: Article) -> dict[str, Any]:
    """A new cart with one piece of it, complete enough to be ordered."""
    return {
        "currency": article.currency,
        "items": [{"sku": article.sku, "quantity": 1}],
        "shipping_method": article.shipping_method,
        "shipping_address": {
            "name": "Synthetic Order",
            "line1": "Research Station 1",
            "city": "Amundsen-Scott",
            "postcode": "0000",
            "country": article.country,
        },
    }


def order_of(cart_id: str, token: str) -> dict[str, Any]:
    """The order of that cart, paid with what the token stands for."""
    return {
        "cart_id": cart_id,
        "email": "synthetic@argosy.example",
        "payment": {"provider": "simulator", "token": token},
    }


def follow(guest: Shop, order_id: str, seconds: float) -> list[dict[str, Any]]:
    """The events of the order's saga once it is done; ShopFailed if it ends otherwise, or never."""
    until = time.monotonic() + seconds
    while True:
        timeline = guest.get(f"/orders/{order_id}/timeline")
        if timeline["status"] == "done":
            events: list[dict[str, Any]] = timeline["data"]
            return events
        if timeline["status"] != "running" or time.monotonic() > until:
            order = guest.get(f"/orders/{order_id}")
            raise ShopFailed(
                f"order {order_id} is {order['status']}, its saga {timeline['status']}"
                f" {order['cancellation'] or ''} after at most {seconds:.0f} s"
            )
        time.sleep(_PAUSE)


def check(order: dict[str, Any]) -> None:
    """A saga that is done leaves a paid order with a number."""
    if not (order["number"] and order["payment_status"] == "paid"):
        raise ShopFailed(f"the saga is done, but the order is {msgspec.json.encode(order)!r}")


def run(options: argparse.Namespace, password: str) -> str:
    """Everything, one after the other; one sentence says how it went."""
    article = OWN
    if options.sku:
        article = Article(options.sku, options.currency, options.country, options.shipping_method)
    else:
        operator = Shop(options.url, _wait)
        operator.log_in(options.administrator, password)
        put_on_sale(operator, article)
    guest = Shop(options.url, _wait)
    started = time.monotonic()
    placed = buy(guest, article, options.payment_token)
    events = follow(guest, placed["id"], options.seconds)
    order = guest.get(f"/orders/{placed['id']}")
    check(order)
    seconds = time.monotonic() - started
    return f"order {order['number']} went through {len(events)} events in {seconds:.2f} s"


def _wait() -> None:
    """Nothing of ours runs meanwhile."""


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="synthetic_order", description=__doc__)
    parser.add_argument("--url", required=True, help="the shop; {service} stands for the owner")
    parser.add_argument("--seconds", type=float, default=120, help="longest life of the saga")
    parser.add_argument("--payment-token", default="tok_ok")
    parser.add_argument("--administrator", default="", help="e-mail, without --sku")
    parser.add_argument("--sku", default="", help="an article of the shop")
    parser.add_argument("--currency", default=OWN.currency)
    parser.add_argument("--country", default=OWN.country)
    parser.add_argument("--shipping-method", default=OWN.shipping_method)
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit code 0 when the order was fulfilled, 1 with one sentence when not."""
    options = _parser().parse_args(arguments)
    try:
        done = run(options, os.environ.get(_PASSWORD, ""))
    except (ShopFailed, urllib3.exceptions.HTTPError) as fault:
        sys.stderr.write(f"the synthetic order failed: {fault}\n")
        return 1
    sys.stdout.write(f"{done}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
