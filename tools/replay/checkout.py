"""One sale as a cart and an order, one credit note as returns, each followed to its end."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tools.replay.countries import code_of
from tools.replay.people import Person
from tools.replay.plan import Sale
from tools.replay.shop import ReplayFailed, Shop
from tools.replay.stock import CURRENCY, SHIPPING_METHOD

# With this token the payment simulator says yes to everything.
_PAYMENT = {"provider": "simulator", "token": "tok_ok"}
_WAIT_SECONDS = 20
_END_SECONDS = 180.0
_FIRST_PAUSE, _LONGEST_PAUSE = 0.02, 0.5


@dataclass(frozen=True)
class Placed:
    """An order that was accepted, how it ended, and in what time."""

    id: str
    status: str
    reason: str
    line_ids: Mapping[str, str]
    accept_seconds: float
    confirm_seconds: float | None


class Checkout:
    """Buys and gives back under one run's name, which is written on every order's address."""

    def __init__(self, shop: Shop, people: Mapping[str, Person], run: str) -> None:
        self._shop = shop
        self._people = people
        self._run = run

    def buy(self, sale: Sale) -> Placed:
        """Cart, order, and its end: confirmed or cancelled. Refused when the shop will not."""
        person = self._people.get(sale.customer)
        headers = person.headers() if person else {}
        cart = self._shop.post("/api/v1/carts", self._cart(sale), headers)
        if person is None:
            headers = {"X-Cart-Token": cart["session_token"]}
        headers |= {"Idempotency-Key": f"{self._run}-{sale.invoice}"}
        email = person.email if person else f"guest-{sale.invoice}@replay.example"
        order = {
            "cart_id": cart["id"],
            "email": email,
            "payment": _PAYMENT,
            "expected_total": {"amount": sale.total, "currency": CURRENCY},
        }
        began = time.monotonic()
        accepted = self._shop.post("/api/v1/orders", order, headers)
        accept_seconds = time.monotonic() - began
        return _placed(self._followed(accepted, order, headers), accept_seconds)

    def give_back(
        self, placed: Placed, customer: str, number: str, pieces: Mapping[str, int]
    ) -> str:
        """Return pieces of an order under a credit note's number; the state it ends in."""
        person = self._people[customer]
        lines = [
            {"line_id": placed.line_ids[sku], "quantity": count} for sku, count in pieces.items()
        ]
        path = f"/api/v1/orders/{placed.id}/returns"
        key = {"Idempotency-Key": f"{self._run}-{number}-{placed.id}"}
        body = {"lines": lines, "reason": f"credit note {number}"}
        found = self._shop.post(path, body, person.headers() | key)
        until = time.monotonic() + _END_SECONDS
        pause = _FIRST_PAUSE
        while found["state"] == "requested" and time.monotonic() < until:
            time.sleep(pause)
            pause = min(1.5 * pause, _LONGEST_PAUSE)
            found = self._shop.get(f"{path}/{found['id']}", person.headers())
        return str(found["state"])

    def _cart(self, sale: Sale) -> dict[str, Any]:
        return {
            "currency": CURRENCY,
            "items": [{"sku": sku, "quantity": count} for sku, count in sale.pieces.items()],
            "shipping_method": SHIPPING_METHOD,
            "shipping_address": {
                "name": f"Customer {sale.customer}" if sale.customer else "Guest",
                "line1": self._run,
                "line2": sale.invoice,
                "city": sale.country or "Unspecified",
                "postcode": "-",
                "country": code_of(sale.country),
            },
        }

    def _followed(
        self, order: dict[str, Any], body: dict[str, Any], headers: Mapping[str, str]
    ) -> dict[str, Any]:
        """Ask again with the same key, and wait for the end in the answer."""
        until = time.monotonic() + _END_SECONDS
        patient = {**headers, "Prefer": f"wait={_WAIT_SECONDS}"}
        while order["status"] == "pending":
            if time.monotonic() > until:
                raise ReplayFailed(f"order {order['id']} is pending after {_END_SECONDS:.0f} s")
            order = self._shop.post("/api/v1/orders", body, patient)
        return order


def _placed(order: dict[str, Any], accept_seconds: float) -> Placed:
    cancellation = order["cancellation"] or {}
    confirmed = order["confirmed_at"]
    return Placed(
        id=order["id"],
        status=order["status"],
        reason=cancellation.get("code", ""),
        line_ids={line["sku"]: line["id"] for line in order["lines"]},
        accept_seconds=accept_seconds,
        confirm_seconds=_between(order["created_at"], confirmed) if confirmed else None,
    )


def _between(begin: str, end: str) -> float:
    return (datetime.fromisoformat(end) - datetime.fromisoformat(begin)).total_seconds()
