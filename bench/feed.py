"""Orders given straight to the saga: accepted in this process, which has a relay, without HTTP."""

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from multiprocessing.connection import Connection
from typing import Any
from uuid import UUID

import msgspec

from bench.copies import numbered
from bench.driver import Tally, Task, serve_tasks
from bench.watch import IDLE_SECONDS, LOADED_SECONDS, REST_SECONDS, Watch
from libs.db.transaction import transaction
from libs.messaging.relay import Relay, attach
from libs.messaging.settings import MessagingSettings
from libs.service import create_context_app
from services.orders.commands import place
from services.orders.settings import OrdersSettings

_PURCHASE = place.Purchase("guest@example.com", "guest", "simulator", "tok_ok")
_VARIANT = 8


@dataclass(frozen=True)
class Feeding:
    """What the process is told: the shop's environment, and a cart as carts once promised it."""

    environ: Mapping[str, str]
    database: str
    snapshot: str


class Feeder:
    """Accepts orders, so many at a time."""

    def __init__(self, feeding: Feeding) -> None:
        self._app = create_context_app("orders", feeding.environ, OrdersSettings)
        attach(self._app, Relay(MessagingSettings.from_env(feeding.environ).broker_url))
        self._watch = Watch(feeding.database)
        promised: dict[str, Any] = msgspec.json.decode(feeding.snapshot)
        self._cart = msgspec.convert({**promised, "lease_until": None}, place.FrozenCart)

    def run(self, task: Task) -> Tally:
        """Keep so many sagas under way for so long, then wait for the last."""
        return self._run_alone(task) if task.window == 1 else self._run_many(task)

    def _run_many(self, task: Task) -> Tally:
        carts, since = self._carts(task), self._watch.now()
        begun, orders = time.monotonic(), 0
        while True:
            under_way = self._watch.under_way()
            in_time = time.monotonic() < begun + task.seconds
            accepted = list(islice(carts, task.window - under_way if in_time else 0))
            for cart in accepted:
                self._accept(cart)
            orders += len(accepted)
            if not under_way and not accepted:
                break
            time.sleep(LOADED_SECONDS)
        return Tally(orders, time.monotonic() - begun, self._watch.latencies(since))

    def _run_alone(self, task: Task) -> Tally:
        latencies: list[float] = []
        begun = time.monotonic()
        for cart in self._carts(task):
            if time.monotonic() > begun + task.seconds:
                break
            time.sleep(REST_SECONDS)
            started = time.monotonic()
            self._accept(cart)
            while self._watch.is_pending(cart.order_id):
                time.sleep(IDLE_SECONDS)
            latencies.append(time.monotonic() - started)
            while self._watch.under_way():
                time.sleep(IDLE_SECONDS)
        return Tally(len(latencies), time.monotonic() - begun, latencies)

    def _carts(self, task: Task) -> Iterator[place.FrozenCart]:
        for number, (cart_id, order_id) in enumerate(task.carts):
            variant_id: UUID = numbered(_VARIANT, number % task.products + 1)
            lines = tuple(
                msgspec.structs.replace(line, variant_id=variant_id) for line in self._cart.lines
            )
            yield msgspec.structs.replace(
                self._cart, cart_id=cart_id, order_id=order_id, lines=lines
            )

    def _accept(self, cart: place.FrozenCart) -> None:
        with self._app.app_context(), transaction() as session:
            place.place_order(session, cart, _PURCHASE)


def feed(feeding: Feeding, parent: Connection) -> None:
    """Run tasks until the parent ends."""
    serve_tasks(parent, Feeder(feeding).run)
