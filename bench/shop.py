"""The shop that is measured: a compact cluster, one product to begin with, and one real order."""

import contextlib
import os
import signal
import time
from collections.abc import Callable, Iterator
from functools import partial
from http import HTTPStatus
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import psycopg2
import urllib3

from bench import copies
from libs.ids import from_text, uuid7
from libs.testing.cluster import Cluster
from libs.testing.process import run_to_end
from libs.testing.servers.proctree import descendants

T = TypeVar("T")
STOCK = 100_000_000
PASSWORD = "correct horse battery"  # noqa: S105  # of an installation that ends with the benchmark
_SECONDS = 60.0
_LIMITS_OFF = {"ARGOSY_RATE_LIMIT_CHECKOUT": "off", "ARGOSY_RATE_LIMIT_REGISTER": "off"}
ADDRESS = {"name": "Ada", "line1": "Street 1", "city": "Berlin", "postcode": "10115"}


class Shop:
    """A running cluster whose first order serves as the pattern of all others."""

    def __init__(self, directory: Path) -> None:
        self.cluster = Cluster(directory, environ=_LIMITS_OFF, fsync=True)
        self.pattern: dict[str, str] = {}
        self.products = 0
        self.orders = 0
        self._token = ""

    def open(self) -> None:
        """Sell one product once."""
        installation = self.cluster.installation
        run_to_end(installation.administrator("admin@example.com", "Admin", PASSWORD), _SECONDS)
        login = {"email": "admin@example.com", "password": PASSWORD}
        self._token = self._call("/api/v1/accounts/login", login)["access_token"]
        price = {"amount": 1250, "currency": "EUR"}
        variant = {"sku": "SKU", "options": {}, "prices": [price]}
        product = {
            "name": "Mug",
            "description": "It holds tea.",
            "tax_category": "standard",
            "variants": [variant],
        }
        made = self._call("/api/v1/products", product)
        self.pattern["product"] = str(from_text("prd", made["id"]))
        self.pattern["variant"] = str(from_text("var", made["variants"][0]["id"]))
        line = {"sku": "SKU", "delta": STOCK, "reason": "opening"}
        self._until(lambda: self._call("/api/v1/inventory/adjustments", {"lines": [line]}))
        self._until(self._first_order)
        self._learn()

    def grow(self, *, products: int = 0, orders: int = 0) -> None:
        """Have so many products and finished orders altogether, by copies of the first ones."""
        databases = self.cluster.installation.servers.databases
        if products > self.products:
            numbers = range(self.products + 1, products + 1)
            copies.add(databases, copies.PRODUCTS, self.pattern, numbers)
            self.products = products
        if orders > self.orders:
            numbers = range(self.orders + 1, orders + 1)
            copies.add(databases, copies.ORDERS, self.pattern, numbers)
            self.orders = orders

    def freeze_carts(self, numbers: range) -> None:
        """Carts that were promised to orders of these numbers, which do not exist yet."""
        databases = self.cluster.installation.servers.databases
        copies.add(databases, copies.FROZEN_CARTS, self.pattern, numbers)

    def promised_cart(self) -> str:
        """What carts promised to the first order, as JSON."""
        return self._look("carts", "SELECT snapshot::text FROM cart_freeze WHERE order_id = %s")

    @contextlib.contextmanager
    def asleep(self) -> Iterator[None]:
        """Meanwhile no program of the shop runs; its servers do."""
        pids = [pid for one in self.cluster.processes() if one.kind != "simulator"
                for pid in (one.pid, *descendants(one.pid))]  # fmt: skip
        for pid in pids:
            os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            for pid in reversed(pids):
                os.kill(pid, signal.SIGCONT)

    def _first_order(self) -> None:
        cart = self._call("/api/v1/carts", cart_of("SKU"), token=False)
        headers = {"X-Cart-Token": cart["session_token"], "Prefer": "wait=20"}
        order = self._call("/api/v1/orders", order_of(cart["id"]), token=False, headers=headers)
        if order["status"] != "processing":
            raise RuntimeError(f"the first order ended as {order['status']}")
        self.pattern["public"] = order["id"]
        self.pattern["order"] = str(from_text("ord", order["id"]))
        self.pattern["cart"] = str(from_text("crt", order["cart_id"]))

    def _learn(self) -> None:
        """Identifiers of the first order in other databases; all of it is over then."""
        wanted = {
            "saga": ("orders", "SELECT id FROM saga WHERE id = %s AND ended_at IS NOT NULL"),
            "payment": ("payments", "SELECT id FROM payment WHERE order_id = %s"),
            "message": (
                "notifications",
                "SELECT id FROM message WHERE dedupe_key LIKE '%%' || %s || '%%'"
                " AND channel = 'email' AND state = 'delivered'",
            ),
        }
        for name, (service, query) in wanted.items():
            self.pattern[name] = self._until(partial(self._look, service, query))

    def _look(self, service: str, query: str) -> str:
        """One value about the first order."""
        url = self.cluster.installation.servers.databases[service]
        connection = psycopg2.connect(url, connect_timeout=5)
        try:
            with connection, connection.cursor() as cursor:
                cursor.execute(query, (self.pattern["order"],))
                row = cursor.fetchone()
        finally:
            connection.close()
        if row is None:
            raise RuntimeError(f"{service} does not know the first order yet")
        return str(row[0])

    @staticmethod
    def _until(attempt: Callable[[], T]) -> T:
        """Projections arrive in their own time."""
        until = time.monotonic() + _SECONDS
        while True:
            try:
                return attempt()
            except RuntimeError:
                if time.monotonic() > until:
                    raise
                time.sleep(0.5)

    def _call(
        self, path: str, body: Any, *, token: bool = True, headers: dict[str, str] | None = None
    ) -> Any:
        sent = {"Content-Type": "application/json", "Idempotency-Key": uuid7().hex}
        if token and self._token:
            sent["Authorization"] = f"Bearer {self._token}"
        answer = urllib3.request(
            "POST",
            self.cluster.url_for(path),
            body=msgspec.json.encode(body),
            headers=sent | (headers or {}),
            timeout=30.0,
            retries=False,
        )
        if answer.status >= HTTPStatus.BAD_REQUEST:
            raise RuntimeError(f"{path} answered {answer.status} {answer.data.decode()}")
        return answer.json()


def cart_of(sku: str) -> dict[str, Any]:
    """A guest's cart with one piece."""
    return {
        "currency": "EUR",
        "items": [{"sku": sku, "quantity": 1}],
        "shipping_address": ADDRESS | {"country": "DE"},
        "shipping_method": "standard",
    }


def order_of(cart_id: str) -> dict[str, Any]:
    """The order of that cart, paid by a card that works."""
    payment = {"provider": "simulator", "token": "tok_ok"}
    return {"cart_id": cart_id, "email": "guest@example.com", "payment": payment}
