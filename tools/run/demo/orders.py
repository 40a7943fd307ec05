"""The demo's two orders, and the story of an order as a table for people."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from libs.testing.shop_client import Shop, ShopFailed

GOOD_CARD, DECLINED_CARD = "tok_ok", "tok_declined"
_WAIT = {"Prefer": "wait=25"}
_ADDRESS = {
    "name": "Ada Demo",
    "line1": "Hafenstrasse 7",
    "city": "Hamburg",
    "postcode": "20457",
    "country": "DE",
}
_CART = {
    "currency": "EUR",
    "items": [{"sku": "KIT-01-MOSS", "quantity": 2}, {"sku": "STA-02-F", "quantity": 1}],
    "shipping_address": _ADDRESS,
    "shipping_method": "standard",
}


def place(customer: Shop, key: str, email: str, card: str, coupons: Sequence[str]) -> str:
    """Fill a cart, pay with the card and wait for the decision; returns the order's id."""
    cart = customer.post("/carts", _CART | {"coupons": list(coupons)})
    customer.await_that(
        "the arrival of prices and stock in carts",
        lambda: not customer.get(f"/carts/{cart['id']}")["problems"],
    )
    body = {
        "cart_id": cart["id"],
        "email": email,
        "payment": {"provider": "simulator", "token": card},
    }
    order = customer.post("/orders", body, {"Idempotency-Key": f"{key}-{cart['id']}", **_WAIT})
    if order["status"] == "pending":
        raise ShopFailed(f"order {order['id']} was not decided within 25 s")
    return str(order["id"])


def story(customer: Shop, order_id: str) -> str:
    """The order in one line, and below it what happened when."""
    order = customer.get(f"/orders/{order_id}")
    events = customer.get(f"/orders/{order_id}/timeline")["data"]
    rows = [
        (
            f"+{(_moment(event) - _moment(events[0])).total_seconds():.3f} s",
            _what(event),
            event["outcome"] or "",
            event["code"] or "",
            ", ".join(event["sent"]),
        )
        for event in events
    ]
    head = ("after", "event", "outcome", "reason", "sends")
    return "\n".join([_summary(order), *_table(head, rows)])


def _summary(order: dict[str, Any]) -> str:
    total = order["totals"]["total"]
    what = ", ".join(f"{line['quantity']} x {line['title']}" for line in order["lines"])
    state = order["status"]
    if order["cancellation"]:
        state = f"cancelled ({order['cancellation']['code']})"
    elif order["confirmed_at"]:
        state = f"confirmed as {order['number']}"
    return f"  {what}; {total['decimal']} {total['currency']}; {state}"


def _moment(event: dict[str, Any]) -> datetime:
    return datetime.fromisoformat(event["at"])


def _what(event: dict[str, Any]) -> str:
    parts = (event["step"], event["phase"]) if event["step"] else (event["event"],)
    return " ".join(part for part in parts if part)


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> list[str]:
    table = [head, *rows]
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    lines = [
        "    " + "  ".join(map(str.ljust, row, widths)).rstrip()  # the last column may be empty
        for row in table
    ]
    lines.insert(1, "    " + "  ".join("-" * width for width in widths))
    return lines
