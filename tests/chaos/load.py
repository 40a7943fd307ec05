"""Buyers under a nemesis: what they want comes from a seed, and they do not give up."""

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from http import HTTPStatus
from random import Random
from threading import Lock
from urllib.parse import urlsplit
from uuid import UUID

import urllib3

from libs.testing.invariants.books import Promise
from tests.end_to_end.shop import Answer, Caller, Cart, Order, Shop

PLENTY, SCARCE = ("PLENTY-1", "PLENTY-2", "PLENTY-3"), ("SCARCE-1", "SCARCE-2")
COUPONS = {"MANY-10": 10_000, "FEW-10": 15}
_SCARCE_PIECES = 40
_CARDS = {
    "tok_ok": 60,
    "tok_declined": 12,
    "tok_error_500": 6,
    "tok_timeout_after_charge": 6,
    "tok_slow": 4,
    "tok_requires_action": 12,
}
_PATIENCE_SECONDS, _PAUSE_SECONDS = 60.0, 0.2
# An order that loses the answers of its payment again and again is asked after ever more rarely.
_DECISION_SECONDS = 180.0
_AGAIN = (HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.TOO_MANY_REQUESTS)
# Refusals that an honest shop may answer with while goods and coupons run out.
_HONEST = ("carts.cart_not_ready", "carts.total_changed", "carts.coupon_invalid")


class GaveUp(AssertionError):
    """Nobody answered for a whole minute."""


@dataclass(frozen=True)
class Wish:
    """What one buyer wants, and how the buyer behaves at the payment provider."""

    items: dict[str, int]
    coupons: tuple[str, ...]
    card: str
    key: str
    proof: str


def wishes(seed: int, number: int) -> list[Wish]:
    """The same seed, the same buyers."""
    chance = Random(seed)  # noqa: S311  # a load, not a secret
    return [_wish(chance) for _ in range(number)]


def _wish(chance: Random) -> Wish:
    skus = chance.sample(PLENTY, chance.randint(1, 2))
    if chance.random() < 0.4:
        skus.append(chance.choice(SCARCE))
    coupons = (chance.choice(tuple(COUPONS)),) if chance.random() < 0.3 else ()
    return Wish(
        items={sku: chance.randint(1, 3) for sku in skus},
        coupons=coupons,
        card=chance.choices(tuple(_CARDS), tuple(_CARDS.values()))[0],
        key=str(UUID(int=chance.getrandbits(128), version=4)),
        proof=chance.choice(("complete", "complete", "refuse", "cancel")),
    )


def stock_up(shop: Shop) -> None:
    """Put on sale what the wishes name; some of it will not be enough."""
    shop.sell(dict.fromkeys(PLENTY, 100_000) | dict.fromkeys(SCARCE, _SCARCE_PIECES))
    for code, uses in COUPONS.items():
        shop.offer(code, uses=uses)


def patiently(call: Callable[[], Answer]) -> Answer:
    """Repeat a request until it is answered; whoever repeats an order uses the same key."""
    until = time.monotonic() + _PATIENCE_SECONDS
    while True:
        try:
            answer = call()
        except urllib3.exceptions.HTTPError as fault:
            failure = repr(fault)
        else:
            in_progress = answer.status == HTTPStatus.CONFLICT and answer.code == "in_progress"
            if answer.status not in _AGAIN and not in_progress:
                return answer
            failure = f"{answer.status} {answer.body}"
        if time.monotonic() > until:
            raise GaveUp(failure)
        time.sleep(_PAUSE_SECONDS)


@dataclass
class Crowd:
    """All buyers of one run, and what they were told."""

    shop: Shop
    promises: list[Promise] = field(default_factory=list)
    carts: list[tuple[str, Cart]] = field(default_factory=list)
    refusals: Counter[str] = field(default_factory=Counter)
    surprises: list[str] = field(default_factory=list)
    _lock: Lock = field(default_factory=Lock)

    def buy(self, wish: Wish) -> None:
        """One buyer's visit. What should not happen is noted, and nobody else is disturbed."""
        try:
            self._buy(wish)
        except Exception as fault:  # noqa: BLE001  # judged by the test, with the seed beside it
            with self._lock:
                self.surprises.append(f"{wish.key}: {fault!r}")

    def _buy(self, wish: Wish) -> None:
        buyer = self.shop.guest()
        made = patiently(lambda: buyer.try_cart(wish.items, wish.coupons))
        if made.status != HTTPStatus.CREATED:
            self._refused(made)
            return
        cart = Cart.of(made.body)
        answer = patiently(lambda: buyer.place(cart, wish.card, key=wish.key, wait=0))
        if answer.status not in (HTTPStatus.ACCEPTED, HTTPStatus.OK):
            self._refused(answer)
            return
        order = Order(answer.body)
        with self._lock:
            self.promises.append(Promise(wish.key, order.uuid))
            self.carts.append((order.id, cart))
        if wish.card == "tok_requires_action":
            self._prove(buyer, order.id, cart, wish.proof)

    def _refused(self, answer: Answer) -> None:
        if answer.code not in _HONEST:
            raise AssertionError(f"{answer.status} {answer.body}")
        with self._lock:
            self.refusals[answer.code] += 1

    def _prove(self, buyer: Caller, order_id: str, cart: Cart, proof: str) -> None:
        url = self._action(buyer, order_id, cart)
        if url is None:
            return
        if proof == "cancel":
            path = f"/orders/{order_id}/cancel"
            patiently(lambda: buyer.post(path, X_Cart_Token=cart.token)).expect(202)
            return
        parts = urlsplit(url)
        page = parts._replace(path=parts.path.removesuffix("/action") + f"/{proof}").geturl()
        patiently(lambda: _press(page))

    def _action(self, buyer: Caller, order_id: str, cart: Cart) -> str | None:
        """Where the buyer has to go; None if the order has ended without."""
        until = time.monotonic() + _DECISION_SECONDS
        path = f"/orders/{order_id}"
        while time.monotonic() < until:
            found = patiently(lambda: buyer.get(path, X_Cart_Token=cart.token)).expect(200)
            if found["next_action"]:
                return str(found["next_action"]["url"])
            if Order(found).decided:
                return None
            time.sleep(_PAUSE_SECONDS)
        raise GaveUp(f"order {order_id} asked nothing of its buyer")


def _press(page: str) -> Answer:
    response = urllib3.request("POST", page, retries=False, timeout=5.0)
    return Answer(response.status, None, response.headers)
