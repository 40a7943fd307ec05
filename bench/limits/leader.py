"""The leader of the hand-written limits: it accepts orders, and moves their sagas on."""

import time
from collections.abc import Sequence
from itertools import islice
from multiprocessing.connection import Connection
from typing import Any
from uuid import UUID

import msgspec

from bench.database import Database, uuids
from bench.driver import Tally, Task, serve_tasks
from bench.limits import statements
from bench.limits.bus import Arrival, Bus, Letter
from bench.limits.participants import Place, rows_of
from bench.watch import REST_SECONDS
from libs.ids import uuid7

_FORGOTTEN_AT_ONCE = 64
_PRICE = 1250
_encode = msgspec.json.Encoder().encode
_plan = msgspec.json.Decoder(list[Any]).decode
# After a step: what comes next, and who does it.
_NEXT = {
    "reserve_stock": ("authorize_payment",),
    "authorize_payment": ("capture_payment",),
    "capture_payment": ("commit_stock", "close_cart"),
    "commit_stock": (),
    "close_cart": (),
}
_OWNERS = {
    "reserve_stock": "inventory",
    "commit_stock": "inventory",
    "authorize_payment": "payments",
    "capture_payment": "payments",
    "close_cart": "carts",
}


class Leader:
    """One process that leads the sagas of one limit."""

    def __init__(self, place: Place, variants: Sequence[UUID]) -> None:
        self._place = place
        self._variants = variants
        self._bus = Bus(place.broker, place.queue("orders"), burst=not place.outbox)
        self._database = Database(place.databases["orders"])
        self._database.prepare(
            start=statements.START,
            lock=statements.LOCK,
            advance=statements.ADVANCE,
            forget=statements.FORGET,
        )
        self._started: dict[UUID, float] = {}
        self._latencies: list[float] = []
        self._under_way = 0

    def run(self, task: Task) -> Tally:
        """Keep so many orders under way for so long, then finish them."""
        self._started, self._latencies = {}, []
        carts = iter(task.carts)
        begun = time.monotonic()
        while True:
            in_time = time.monotonic() < begun + task.seconds
            room = task.window - self._under_way if in_time else 0
            if room and task.window == 1:
                time.sleep(REST_SECONDS)
            self._bus.send([self._accept(*pair) for pair in islice(carts, room)])
            if not self._under_way:
                break
            arrivals = self._bus.receive(1.0, self._place.batch)
            if arrivals:
                self._bus.send(self._lead(arrivals))
                self._bus.acknowledge(arrivals)
            self._forget(_FORGOTTEN_AT_ONCE)
        seconds = time.monotonic() - begun
        self._forget(1)
        return Tally(len(self._started), seconds, self._latencies)

    def _forget(self, least: int) -> None:
        confirmed = self._bus.take_confirmed(least)
        if confirmed and self._place.outbox:
            self._database.run("forget", confirmed)

    def _accept(self, cart_id: UUID, order_id: UUID) -> Letter:
        variant = self._variants[len(self._started) % len(self._variants)]
        plan = [str(variant), 1, _PRICE, str(cart_id)]
        letter = self._command("reserve_stock", str(order_id), plan)
        stored = rows_of([letter] if self._place.outbox else ())
        self._started[order_id] = time.monotonic()
        self._under_way += 1
        self._database.run(
            "start",
            *(order_id, cart_id, _PRICE, uuid7(), variant, 1, "reserve_stock"),
            _encode(plan).decode(),
            *stored,
        )
        return letter

    def _lead(self, arrivals: Sequence[Arrival]) -> list[Letter]:
        ids = sorted({arrival.words[1] for arrival in arrivals})
        rows = self._database.run("lock", uuids(ids), before="BEGIN; ")
        pending = {str(row[0]): set(row[1].split()) for row in rows}
        plans = {str(row[0]): _plan(row[2]) for row in rows}
        letters: list[Letter] = []
        paid: list[UUID] = []
        for _, (step, saga) in arrivals:
            if step not in pending[saga]:
                continue
            pending[saga].remove(step)
            pending[saga].update(_NEXT[step])
            letters += [self._command(name, saga, plans[saga]) for name in _NEXT[step]]
            if step == "capture_payment":
                paid.append(UUID(saga))
        self._database.run(
            "advance",
            *(uuids(pending), [" ".join(steps) for steps in pending.values()], paid),
            *rows_of(letters if self._place.outbox else ()),
            after="; COMMIT",
        )
        now = time.monotonic()
        self._latencies += [now - self._started[order_id] for order_id in paid]
        self._under_way -= sum(not steps for steps in pending.values())
        return letters

    def _command(self, step: str, saga: str, plan: Sequence[Any]) -> Letter:
        variant, quantity, amount, cart_id = plan
        words = {
            "reserve_stock": [variant, quantity],
            "authorize_payment": [amount],
            "close_cart": [cart_id],
        }
        text = _encode([step, saga, *words.get(step, [])]).decode()
        return Letter(uuid7(), self._place.queue(_OWNERS[step]), text)


def lead(place: Place, variants: Sequence[UUID], parent: Connection) -> None:
    """Run tasks until the parent ends."""
    serve_tasks(parent, Leader(place, variants).run)
