"""A shop on a cluster of its own, and the people who use it: nothing but the public API."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import Any, Self
from uuid import uuid4

import msgspec
import urllib3

from libs.ids import from_text
from libs.testing.cluster import Cluster
from libs.testing.process import run_to_end
from libs.testing.servers.private import scratch_directory

PASSWORD = "correct horse battery staple"
ADMIN = "admin@example.com"
WAIT_SECONDS = 20
_PAUSE_SECONDS = 0.1
_NO_LIMITS = {
    f"ARGOSY_RATE_LIMIT_{name}": "off"
    for name in ("CHECKOUT", "COUPON", "LOGIN", "REGISTER", "REVIEW")
}
ADDRESS = {
    "name": "Ada Lovelace",
    "line1": "1 Engine Street",
    "city": "Berlin",
    "postcode": "10115",
    "country": "DE",
}
_FINAL = {"processing", "shipped", "delivered", "cancelled"}
_people = count(1)


class Unexpected(AssertionError):
    """The shop answered with another status than a test can go on with."""


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    body: Any
    headers: Mapping[str, str]

    def expect(self, *statuses: int) -> Any:
        """The body, if the status is one of these."""
        if self.status not in statuses:
            raise Unexpected(f"{self.status} instead of {statuses}: {self.body}")
        return self.body

    @property
    def code(self) -> str:
        """The stable code of a problem."""
        return str(self.body["code"])


@dataclass(frozen=True)
class Cart:
    """A cart and, for a guest, the token that opens it."""

    id: str
    token: str | None

    @classmethod
    def of(cls, body: Mapping[str, Any]) -> Self:
        """The cart of an answer."""
        return cls(body["id"], body["session_token"])


@dataclass(frozen=True)
class Order:
    """An order as the API shows it."""

    body: dict[str, Any]

    @property
    def id(self) -> str:
        return str(self.body["id"])

    @property
    def uuid(self) -> str:
        return str(from_text("ord", self.id))

    @property
    def status(self) -> str:
        return str(self.body["status"])

    @property
    def total(self) -> int:
        return int(self.body["totals"]["total"]["amount"])

    @property
    def reason(self) -> str | None:
        """Why it was cancelled."""
        cancellation = self.body["cancellation"]
        return cancellation["code"] if cancellation else None

    @property
    def decided(self) -> bool:
        return self.status in _FINAL


@dataclass
class Caller:
    """Somebody with or without an account; safe for many threads."""

    cluster: Cluster
    http: urllib3.PoolManager
    headers: dict[str, str] = field(default_factory=dict)

    def call(self, method: str, path: str, body: Any = None, **headers: str | None) -> Answer:
        """One request; `X_Cart_Token="..."` becomes a header. Raises urllib3's HTTPError."""
        resource, mark, query = path.partition("?")
        url = self.cluster.url_for(f"/api/v1{resource}")
        return self._send(method, f"{url}{mark}{query}", body, headers)

    def at(self, method: str, path: str, body: Any = None, **headers: str | None) -> Answer:
        """One request to a path of the host itself; of a compact cluster only."""
        return self._send(method, f"{self.cluster.url_of('orders')}{path}", body, headers)

    def _send(self, method: str, url: str, body: Any, headers: Mapping[str, str | None]) -> Answer:
        named = {name.replace("_", "-"): value for name, value in headers.items() if value}
        response = self.http.request(
            method,
            url,
            body=msgspec.json.encode(body) if body is not None else None,
            headers={"Content-Type": "application/json", **self.headers, **named},
        )
        content = _content(response.headers.get("Content-Type", ""), response.data)
        return Answer(response.status, content, response.headers)

    def get(self, path: str, **headers: str | None) -> Answer:
        return self.call("GET", path, **headers)

    def post(self, path: str, body: Any = None, **headers: str | None) -> Answer:
        return self.call("POST", path, body, **headers)

    def try_cart(self, items: Mapping[str, int], coupons: Sequence[str] = ()) -> Answer:
        """Ask for a cart that could be ordered as far as the buyer can tell."""
        return self.post(
            "/carts",
            {
                "currency": "EUR",
                "items": [{"sku": sku, "quantity": pieces} for sku, pieces in items.items()],
                "coupons": list(coupons),
                "shipping_address": ADDRESS,
                "shipping_method": "standard",
            },
        )

    def make_cart(self, items: Mapping[str, int], coupons: Sequence[str] = ()) -> Cart:
        """Such a cart."""
        return Cart.of(self.try_cart(items, coupons).expect(201))

    def place(
        self, cart: Cart, card: str = "tok_ok", *, key: str = "", wait: int = WAIT_SECONDS
    ) -> Answer:
        """Ask for an order, and wait so long for its end."""
        return self.post(
            "/orders",
            {
                "cart_id": cart.id,
                "email": "buyer@example.com",
                "payment": {"provider": "simulator", "token": card},
            },
            X_Cart_Token=cart.token,
            Idempotency_Key=key or str(uuid4()),
            Prefer=f"wait={wait}" if wait else None,
        )

    def order(self, cart: Cart, card: str = "tok_ok") -> Order:
        """Place an order and wait for its end."""
        order = Order(self.place(cart, card).expect(200, 201, 202))
        return order if order.decided else self.await_end(order.id, cart)

    def find_order(self, order_id: str, cart: Cart) -> Order:
        return Order(self.get(f"/orders/{order_id}", X_Cart_Token=cart.token).expect(200))

    def await_end(self, order_id: str, cart: Cart, seconds: float = 30.0) -> Order:
        """The order once it is confirmed or cancelled."""
        return self.await_order(order_id, cart, lambda order: order.decided, seconds)

    def await_order(
        self, order_id: str, cart: Cart, ready: Callable[[Order], bool], seconds: float = 30.0
    ) -> Order:
        """The order once it is as wanted."""
        found: list[Order] = []

        def look() -> bool:
            found[:] = [self.find_order(order_id, cart)]
            return ready(found[0])

        await_that(f"order {order_id}", look, seconds)
        return found[0]


def _content(kind: str, data: bytes) -> Any:
    """A JSON value, a text, or the bytes of anything else; None if there are none."""
    if not data:
        return None
    if "json" in kind:
        return msgspec.json.decode(data)
    return data.decode() if kind.startswith("text/") else data


class Shop:
    """The whole installation, its administrator, and whoever comes in."""

    def __init__(self, cluster: Cluster) -> None:
        self.cluster = cluster
        timeout = urllib3.Timeout(connect=2.0, read=40.0)
        self._http = urllib3.PoolManager(maxsize=64, block=False, timeout=timeout, retries=False)
        run_to_end(cluster.installation.administrator(ADMIN, "Admin", PASSWORD), 60)
        self.admin = self.log_in(ADMIN)

    def guest(self) -> Caller:
        """Somebody without an account."""
        return Caller(self.cluster, self._http)

    def log_in(self, email: str) -> Caller:
        """Somebody with the account of that address."""
        body = {"email": email, "password": PASSWORD}
        tokens = self.guest().post("/accounts/login", body).expect(200)
        headers = {"Authorization": f"Bearer {tokens['access_token']}"}
        return Caller(self.cluster, self._http, headers)

    def customer(self) -> Caller:
        """A new customer, signed in."""
        email = f"customer{next(_people)}@example.com"
        body = {"email": email, "password": PASSWORD, "name": "Customer"}
        self.guest().post("/accounts/register", body).expect(201)
        return self.log_in(email)

    def sell(self, stock: Mapping[str, int], price: int = 1250) -> None:
        """Put new skus on sale, so many of each, and wait until carts know of them."""
        for sku in stock:
            variant = {
                "sku": sku,
                "options": {},
                "prices": [{"amount": price, "currency": "EUR"}],
            }
            product = {"name": sku, "description": "", "variants": [variant]}
            self.admin.post("/products", product).expect(201)
        lines = [{"sku": sku, "delta": pieces, "reason": "open"} for sku, pieces in stock.items()]
        key = str(uuid4())

        def known() -> bool:
            answer = self.admin.post(
                "/inventory/adjustments", {"lines": lines}, Idempotency_Key=key
            )
            return answer.status < 300

        await_that("the arrival of the products in inventory", known)
        await_that("the arrival of the stock in carts", lambda: self._is_on_sale(stock))

    def offer(self, code: str, *, uses: int, basis_points: int = 1000) -> None:
        """A coupon for a percentage off, and wait until carts know of it."""
        promotion = self.admin.post(
            "/promotions",
            {"name": code, "kind": "percentage", "percent_basis_points": basis_points},
        ).expect(201)
        path = f"/promotions/{promotion['id']}/coupons"
        self.admin.post(path, {"code": code, "usage_limit": uses}).expect(201)
        body = {"currency": "EUR", "coupons": [code]}

        def known() -> bool:
            return self.guest().post("/carts", body).status == 201

        await_that(f"the arrival of {code} in carts", known)

    def stock_of(self, sku: str) -> dict[str, Any]:
        """The level of a sku at the only location."""
        found: dict[str, Any]
        (found,) = self.admin.get(f"/inventory/stocks?sku={sku}").expect(200)["data"]
        return found

    def _is_on_sale(self, stock: Mapping[str, int]) -> bool:
        items = [{"sku": sku, "quantity": 1} for sku, pieces in stock.items() if pieces]
        answer = self.guest().post("/carts", {"currency": "EUR", "items": items})
        if answer.status != 201:
            return False
        codes = {problem["code"] for problem in answer.body["problems"]}
        return "not_enough_stock" not in codes


def await_that(what: str, done: Callable[[], bool], seconds: float = 30.0) -> None:
    """Wait for something that other processes bring about."""
    until = time.monotonic() + seconds
    while not done():
        if time.monotonic() > until:
            raise AssertionError(f"{what} did not happen within {seconds:.0f} s")
        time.sleep(_PAUSE_SECONDS)


@contextmanager
def open_shop(environ: Mapping[str, str] | None = None) -> Iterator[Shop]:
    """A compact cluster without rate limits; it ends with the block."""
    settings = {**_NO_LIMITS, **(environ or {})}
    with scratch_directory() as directory, Cluster(directory, environ=settings) as cluster:
        yield Shop(cluster)
