"""Buyers on the edge: each fills a guest's cart and orders it, over one kept-alive connection."""

import threading
import time
from http import HTTPStatus
from itertools import count
from multiprocessing.connection import Connection
from typing import Any
from uuid import UUID

import msgspec

from bench.driver import Tally, Task, serve_tasks
from bench.kept_http import KeptConnection, request
from bench.shop import cart_of, order_of
from bench.watch import IDLE_SECONDS, LOADED_SECONDS, REST_SECONDS, Watch
from libs.ids import from_text, uuid7

BUYERS = 12
_encode = msgspec.json.Encoder().encode
_numbers = count(1)


class Made(msgspec.Struct):
    """What a buyer reads of an answer."""

    id: str
    session_token: str = ""


_made = msgspec.json.Decoder(Made).decode


class Buyer:
    """One connection."""

    def __init__(self, url: str) -> None:
        self._connection = KeptConnection(url)

    def fill_cart(self, products: int) -> Made:
        """A cart with one piece of the next product."""
        return self._post("/api/v1/carts", cart_of(f"SKU-{next(_numbers) % products + 1}"), {})

    def order(self, cart: Made) -> UUID:
        """The accepted order of the cart."""
        headers = {"x-cart-token": cart.session_token, "idempotency-key": uuid7().hex}
        return from_text("ord", self._post("/api/v1/orders", order_of(cart.id), headers).id)

    def _post(self, path: str, body: Any, headers: dict[str, str]) -> Made:
        self._connection.send(request("POST", path, _encode(body), headers))
        answer = self._connection.answer()
        if answer.status not in (HTTPStatus.CREATED, HTTPStatus.ACCEPTED):
            raise RuntimeError(f"{path} answered {answer.status} {answer.body.decode()}")
        return _made(answer.body)


class Crowd:
    """Several buyers, who together keep no more than so many sagas under way."""

    def __init__(self, url: str, database: str) -> None:
        self._watch = Watch(database)
        self._url = url
        self._room = threading.Semaphore(0)
        self._faults: list[Exception] = []
        self._orders = 0
        self._closed = True

    def run(self, task: Task) -> Tally:
        """Buy for so long, then wait for the last saga."""
        return self._run_alone(task) if task.window == 1 else self._run_many(task)

    def _run_many(self, task: Task) -> Tally:
        since, begun = self._watch.now(), time.monotonic()
        self._orders, self._closed = 0, False
        self._room, given = threading.Semaphore(task.window), task.window
        threads = [
            threading.Thread(target=self._buy, args=(Buyer(self._url), task.products))
            for _ in range(BUYERS)
        ]
        for thread in threads:
            thread.start()
        while time.monotonic() < begun + task.seconds and not self._faults:
            time.sleep(LOADED_SECONDS)
            ended = self._orders - self._watch.under_way()
            if (more := ended + task.window - given) > 0:
                self._room.release(more)
                given += more
        self._closed = True
        self._room.release(BUYERS)
        for thread in threads:
            thread.join()
        if self._faults:
            raise self._faults[0]
        while self._watch.under_way():
            time.sleep(LOADED_SECONDS)
        return Tally(self._orders, time.monotonic() - begun, self._watch.latencies(since))

    def _buy(self, buyer: Buyer, products: int) -> None:
        try:
            while self._room.acquire() and not self._closed:
                buyer.order(buyer.fill_cart(products))
                self._orders += 1
        except Exception as fault:  # noqa: BLE001  # told by the thread that waits for this one
            self._faults.append(fault)

    def _run_alone(self, task: Task) -> Tally:
        latencies: list[float] = []
        buyer, begun = Buyer(self._url), time.monotonic()
        while time.monotonic() < begun + task.seconds:
            cart = buyer.fill_cart(task.products)
            time.sleep(REST_SECONDS)
            started = time.monotonic()
            order_id = buyer.order(cart)
            while self._watch.is_pending(order_id):
                time.sleep(IDLE_SECONDS)
            latencies.append(time.monotonic() - started)
            while self._watch.under_way():
                time.sleep(IDLE_SECONDS)
        return Tally(len(latencies), time.monotonic() - begun, latencies)


def buy(url: str, database: str, parent: Connection) -> None:
    """Run tasks until the parent ends."""
    serve_tasks(parent, Crowd(url, database).run)
