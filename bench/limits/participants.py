"""The participants of the hand-written limits: a process per service, a function per step."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any
from uuid import UUID

import msgspec

from bench.database import Database, uuids
from bench.limits import statements
from bench.limits.bus import Arrival, Bus, Letter
from bench.limits.provider import Event, Provider, Request
from libs.ids import uuid7

BATCH = 64
_FORGOTTEN_AT_ONCE = 64
_encode = msgspec.json.Encoder().encode
_event = msgspec.json.Decoder(Event).decode
Words = Sequence[list[Any]]
Step = Callable[[Database, "Answers"], Sequence[tuple[Any, ...]]]


@dataclass(frozen=True)
class Place:
    """What a process of a limit is told. `batch` 1 with an outbox is L1; more, without one, L2."""

    limit: str
    batch: int
    broker: str
    databases: dict[str, str]
    provider: str

    @property
    def outbox(self) -> bool:
        """Whether messages are stored beside the work until the broker has confirmed them."""
        return self.batch == 1

    def queue(self, service: str) -> str:
        return f"{self.limit}.{service}"


class Answers:
    """A batch of messages of one step, and the answers to them."""

    def __init__(self, place: Place, step: str, words: Words) -> None:
        self.words = words
        self.sagas = [message[1] for message in words]
        self.ids = uuids(self.sagas)
        self.letters = [_letter(place.queue("orders"), step, saga) for saga in self.sagas]
        self.texts = [letter.text for letter in self.letters]
        self.stored = rows_of(self.letters if place.outbox else ())

    def column(self, index: int) -> list[Any]:
        """One field of every message, behind its step and saga."""
        return [message[2 + index] for message in self.words]


def rows_of(letters: Sequence[Letter]) -> tuple[list[UUID], list[str], list[str]]:
    """The columns of the outbox."""
    return (
        [letter.id for letter in letters],
        [letter.queue for letter in letters],
        [letter.text for letter in letters],
    )


def _letter(queue: str, step: str, saga: str) -> Letter:
    return Letter(uuid7(), queue, _encode([step, saga]).decode())


def _reserve(database: Database, batch: Answers) -> Sequence[tuple[Any, ...]]:
    return database.run(
        "reserve", batch.ids, batch.texts, uuids(batch.column(0)), batch.column(1), *batch.stored
    )


def _commit(database: Database, batch: Answers) -> Sequence[tuple[Any, ...]]:
    return database.run("commit", batch.ids, batch.texts, *batch.stored)


def _close(database: Database, batch: Answers) -> Sequence[tuple[Any, ...]]:
    return database.run("close", batch.ids, batch.texts, uuids(batch.column(0)), *batch.stored)


class Payments:
    """Two commits a step: the request is durable before it is sent."""

    def __init__(self, provider: Provider) -> None:
        self._provider = provider

    def authorize(self, database: Database, batch: Answers) -> Sequence[tuple[Any, ...]]:
        payments = [uuid7() for _ in batch.sagas]
        operations = [uuid7() for _ in batch.sagas]
        amounts = batch.column(0)
        requests = [
            Request("/intents", f"{saga}:authorize", _encode(_intent(saga, amount)).decode())
            for saga, amount in zip(batch.sagas, amounts, strict=True)
        ]
        keys, bodies = [r.key for r in requests], [r.body for r in requests]
        _all(
            batch,
            database.run("authorize", batch.ids, payments, operations, keys, amounts, bodies),
        )
        raws = self._provider.call(requests)
        events = [_event(raw) for raw in raws]
        return database.run(
            "authorized",
            *(batch.ids, batch.texts, payments, operations),
            [event.intent.id for event in events],
            [event.id for event in events],
            [raw.decode() for raw in raws],
            *batch.stored,
        )

    def capture(self, database: Database, batch: Answers) -> Sequence[tuple[Any, ...]]:
        operations = [uuid7() for _ in batch.sagas]
        keys = [f"{saga}:capture" for saga in batch.sagas]
        rows = database.run("capture", batch.ids, operations, keys)
        by_saga = {str(row[0]): row for row in rows}
        found = [by_saga[saga] for saga in batch.sagas]
        raws = self._provider.call(
            [
                Request(f"/intents/{ref}/capture", key, f'{{"amount":{amount}}}')
                for _, _, _, ref, amount, key in found
            ]
        )
        return database.run(
            "captured",
            *(batch.ids, batch.texts, [row[1] for row in found], operations),
            [row[4] for row in found],
            [_event(raw).id for raw in raws],
            [raw.decode() for raw in raws],
            *batch.stored,
        )


def _intent(saga: str, amount: int) -> dict[str, Any]:
    return {"reference": saga, "amount": amount, "currency": "EUR", "token": "tok_ok"}


def _all(batch: Answers, rows: Sequence[tuple[Any, ...]]) -> None:
    """The limits know no repetition and no refusal: nothing in a measurement causes one."""
    if list(rows) != [(len(batch.sagas), 0)]:
        raise RuntimeError(f"of {len(batch.sagas)} messages were handled, lacking: {rows}")


def _steps(service: str, place: Place) -> tuple[dict[str, Step], dict[str, str]]:
    match service:
        case "inventory":
            return {"reserve_stock": _reserve, "commit_stock": _commit}, {
                "reserve": statements.RESERVE,
                "commit": statements.COMMIT,
            }
        case "carts":
            return {"close_cart": _close}, {"close": statements.CLOSE}
    payments = Payments(Provider(place.provider))
    return {"authorize_payment": payments.authorize, "capture_payment": payments.capture}, {
        "authorize": statements.AUTHORIZE,
        "authorized": statements.AUTHORIZED,
        "capture": statements.CAPTURE,
        "captured": statements.CAPTURED,
    }


def participate(place: Place, service: str, parent: Connection) -> None:
    """Answer commands until the parent ends."""
    bus = Bus(place.broker, place.queue(service), burst=not place.outbox)
    database = Database(place.databases[service])
    steps, prepared = _steps(service, place)
    database.prepare(forget=statements.FORGET, **prepared)
    parent.send("ready")
    while not parent.poll():
        arrivals = bus.receive(0.5, place.batch)
        if arrivals:
            bus.send(_obey(place, database, steps, arrivals))
            bus.acknowledge(arrivals)
        confirmed = bus.take_confirmed(_FORGOTTEN_AT_ONCE if arrivals else 1)
        if confirmed and place.outbox:
            database.run("forget", confirmed)


def _obey(
    place: Place, database: Database, steps: dict[str, Step], arrivals: Sequence[Arrival]
) -> list[Letter]:
    by_step: dict[str, list[list[Any]]] = defaultdict(list)
    for arrival in arrivals:
        by_step[arrival.words[0]].append(arrival.words)
    letters: list[Letter] = []
    for step, words in by_step.items():
        batch = Answers(place, step, words)
        _all(batch, steps[step](database, batch))
        letters += batch.letters
    return letters
