"""Guests who browse, fill a cart and order, again and again, and never ask twice."""

import threading
import time
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any
from uuid import uuid4

import msgspec
import urllib3

from libs.testing.shop_client import address
from libs.testing.synthetic_order import Article, cart_of, order_of

_TIMEOUT = urllib3.Timeout(connect=2.0, read=10.0)
_LONGEST = 200
_LONGEST_REASON = 160


@dataclass(frozen=True)
class Placed:
    """An order that the shop has accepted, and all that is needed to ask for it again."""

    id: str
    cart_token: str
    key: str
    body: Mapping[str, Any]

    @property
    def headers(self) -> dict[str, str]:
        return {"Idempotency-Key": self.key, "X-Cart-Token": self.cart_token}


@dataclass
class Tally:
    """What all buyers saw, safe for many threads."""

    seconds: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    failures: Counter[tuple[str, str]] = field(default_factory=Counter)
    placed: list[Placed] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def answered(self, step: str, seconds: float) -> None:
        with self._lock:
            self.seconds[step].append(seconds)

    def failed(self, step: str, reason: str) -> None:
        with self._lock:
            self.failures[step, reason[:_LONGEST_REASON]] += 1

    def accepted(self, order: Placed) -> None:
        with self._lock:
            self.placed.append(order)

    @property
    def requests(self) -> int:
        return sum(map(len, self.seconds.values())) + self.failures.total()


class _Problem(msgspec.Struct):
    detail: str


@dataclass(frozen=True)
class Buyer:
    """One guest after another. Every request has a connection of its own, as a new visitor's has;
    a kept one would only be sent to a pod that the visitor knew before."""

    url: str
    article: Article
    payment_token: str
    tally: Tally

    def buy(self) -> None:
        """One visit; it ends with the first request that fails."""
        if self._call("browse", "GET", "/products?limit=5", None, {}) is None:
            return
        cart = self._call("fill the cart", "POST", "/carts", cart_of(self.article), {})
        if cart is None:
            return
        body = order_of(cart["id"], self.payment_token)
        headers = {"Idempotency-Key": str(uuid4()), "X-Cart-Token": cart["session_token"]}
        order = self._call("order", "POST", "/orders", body, headers)
        if order is not None:
            key, token = headers["Idempotency-Key"], headers["X-Cart-Token"]
            self.tally.accepted(Placed(order["id"], token, key, body))

    def _call(
        self, step: str, method: str, path: str, body: Any, headers: Mapping[str, str]
    ) -> Any:
        started = time.monotonic()
        try:
            status, content = request(self.url, method, path, body, headers)
        except urllib3.exceptions.HTTPError as fault:
            # What comes before it names the connection, which is another one each time.
            self.tally.failed(step, f"{type(fault).__name__}: {str(fault).rpartition(': ')[2]}")
            return None
        if status >= HTTPStatus.BAD_REQUEST:
            self.tally.failed(step, f"{status} {_said(content)}")
            return None
        self.tally.answered(step, time.monotonic() - started)
        return msgspec.json.decode(content)


def _said(content: bytes) -> str:
    """What equal failures have in common: a problem's detail, without its trace."""
    try:
        return msgspec.json.decode(content, type=_Problem).detail
    except msgspec.DecodeError:
        return content[:_LONGEST].decode(errors="replace")


def request(
    url: str, method: str, path: str, body: Any, headers: Mapping[str, str]
) -> tuple[int, bytes]:
    """Status and content of one request on one connection, never tried again."""
    with urllib3.PoolManager(timeout=_TIMEOUT, retries=False, maxsize=1) as http:
        answer = http.request(
            method,
            f"{address(url, path)}{path}",
            body=msgspec.json.encode(body) if body is not None else None,
            headers={"Content-Type": "application/json", "Connection": "close", **headers},
        )
        return answer.status, answer.data


def keep_buying(buyers: Sequence[Buyer], pause: float, stop: threading.Event) -> None:
    """All of them at once, each with a pause in seconds between its visits, until told to stop."""

    def visit(buyer: Buyer) -> None:
        while not stop.is_set():
            buyer.buy()
            stop.wait(pause)

    threads = [threading.Thread(target=visit, args=(buyer,), daemon=True) for buyer in buyers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
