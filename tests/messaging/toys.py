"""Toy services whose effects can be counted: a desk leads, alpha, beta and gamma take part."""

import os
import signal
import time
from collections.abc import Callable
from functools import partial
from typing import Any, ClassVar
from uuid import UUID

import psycopg2
from sqlalchemy import text
from sqlalchemy.orm import Session

from libs.db.transaction import transaction
from libs.errors import Conflict
from libs.messaging.inbox import settle
from libs.messaging.message import Command, Fact, Job, Payload, SagaKey
from libs.messaging.outbox import announce
from libs.messaging.tasks import Deferred, Done, Tasks
from libs.messaging.worker import WorkerService
from libs.saga.definition import Saga, compensable, pivot

# What every toy database has besides the platform's tables. Nothing is unique: a double shows.
TABLES = """
    CREATE TABLE effect (number int NOT NULL, kind text NOT NULL, pid int NOT NULL,
        at timestamptz NOT NULL DEFAULT clock_timestamp());
    CREATE TABLE charge (saga uuid, step text, generation int, number int NOT NULL,
        settled boolean NOT NULL DEFAULT false, due_at timestamptz NOT NULL,
        PRIMARY KEY (saga, step, generation));
    CREATE TABLE ledger (number int PRIMARY KEY, calls int NOT NULL);
"""


class Refused(Conflict):
    """The toy says no."""

    code = "toys.refused"


class Plan(Payload, frozen=True, kw_only=True):
    """What one saga is to do; `mode` is gamma's way of going about it."""

    number: int
    mode: str = "ok"


class ActAlpha(Command, frozen=True, kw_only=True):
    wire_name: ClassVar[str] = "alpha.act.v1"
    number: int


class UndoAlpha(Command, frozen=True, kw_only=True):
    wire_name: ClassVar[str] = "alpha.undo.v1"
    number: int


class ActBeta(Command, frozen=True, kw_only=True):
    wire_name: ClassVar[str] = "beta.act.v1"
    number: int


class UndoBeta(Command, frozen=True, kw_only=True):
    wire_name: ClassVar[str] = "beta.undo.v1"
    number: int


class ActGamma(Command, frozen=True, kw_only=True):
    wire_name: ClassVar[str] = "gamma.act.v1"
    number: int
    mode: str


class Charge(Command, frozen=True, kw_only=True):
    wire_name: ClassVar[str] = "gamma.charge.v1"
    number: int
    mode: str


class Acted(Fact, frozen=True, kw_only=True):
    wire_name: ClassVar[str] = "alpha.acted.v1"
    number: int


class Unheard(Fact, frozen=True, kw_only=True):
    wire_name: ClassVar[str] = "alpha.unheard.v1"
    number: int


class Work(Job, frozen=True, kw_only=True):
    wire_name: ClassVar[str] = "alpha.work.v1"
    number: int
    mode: str = "ok"


alpha, beta, gamma = Tasks("alpha"), Tasks("beta"), Tasks("gamma")


def record(session: Session, number: int, kind: str) -> None:
    session.execute(
        text("INSERT INTO effect (number, kind, pid) VALUES (:number, :kind, :pid)"),
        {"number": number, "kind": kind, "pid": os.getpid()},
    )


@alpha.command(ActAlpha)
def act_alpha(session: Session, message: ActAlpha) -> None:
    record(session, message.number, "do")
    announce(session, Acted(number=message.number))


@alpha.command(UndoAlpha)
def undo_alpha(session: Session, message: UndoAlpha) -> None:
    record(session, message.number, "undo")


@beta.command(ActBeta)
def act_beta(session: Session, message: ActBeta) -> Done:
    record(session, message.number, "do")
    return Done({"number": message.number})


@beta.command(UndoBeta)
def undo_beta(session: Session, message: UndoBeta) -> None:
    record(session, message.number, "undo")


@beta.fact(Acted)
def hear(session: Session, fact: Acted) -> None:
    time.sleep(float(os.environ.get("TOYS_PAUSE", "0")))
    record(session, fact.number, "heard")


@gamma.command(ActGamma)
def act_gamma(session: Session, message: ActGamma) -> None:
    record(session, message.number, "do")
    if message.mode == "die":
        _die()
    if message.mode == "refuse":
        raise Refused("gamma does not want to")
    if message.mode == "bug":
        raise RuntimeError("gamma has a bug")


@gamma.command(Charge)
def charge(session: Session, message: Charge, key: SagaKey) -> Deferred:
    session.execute(
        text(
            "INSERT INTO charge (saga, step, generation, number, due_at)"
            " VALUES (:saga, :step, :generation, :number, now() + interval '2 seconds')"
        ),
        {
            "saga": key.saga,
            "step": key.step,
            "generation": key.generation,
            "number": message.number,
        },
    )
    call = partial(pay, os.environ["TOYS_LEDGER"], message.number, seconds=_seconds(message.mode))
    return Deferred(call=call, complete=charged)


def _seconds(mode: str) -> float:
    return float(mode.partition(":")[2] or 0)


def pay(url: str, number: int, *, seconds: float = 0.0) -> int:
    """The provider: one account per number, however often it is asked."""
    time.sleep(seconds)
    connection = psycopg2.connect(url, connect_timeout=2)
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO ledger VALUES (%s, 1)"
                " ON CONFLICT (number) DO UPDATE SET calls = ledger.calls + 1",
                [number],
            )
    finally:
        connection.close()
    return number


def charged(session: Session, key: SagaKey, result: int | Exception) -> Done:
    if isinstance(result, Exception):
        raise result
    values = {"saga": key.saga, "step": key.step, "generation": key.generation}
    row = session.execute(
        text(
            "UPDATE charge SET settled = true WHERE NOT settled AND saga = :saga"
            " AND step = :step AND generation = :generation RETURNING number"
        ),
        values,
    ).first()
    if row:
        record(session, row.number, "do")
    return Done()


@gamma.every(seconds=0.5, transactional=False)
def resolve() -> int:
    """Ask the provider about every charge whose call should have come back by now."""
    with transaction() as session:
        rows = session.execute(
            text(
                "UPDATE charge SET due_at = now() + interval '3 seconds' WHERE (saga, step) IN ("
                " SELECT saga, step FROM charge WHERE NOT settled AND due_at < now()"
                " LIMIT 20 FOR UPDATE SKIP LOCKED) RETURNING saga, step, generation, number"
            )
        ).all()
    for row in rows:
        pay(os.environ["TOYS_LEDGER"], row.number)
        key = SagaKey(row.saga, row.step, row.generation, "do", 1)
        with transaction() as session:
            settle(session, key, charged(session, key, row.number))
    return len(rows)


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _fail() -> None:
    raise RuntimeError("this job has a bug")


def _lose_database() -> None:
    with transaction() as session:
        session.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))


_JOBS: dict[str, Callable[[], Any]] = {
    "ok": lambda: None,
    "fail": _fail,
    "die": _die,
    "hang": lambda: time.sleep(60),
    "lose_database": _lose_database,
}


@alpha.job(Work)
def work(message: Work) -> None:
    """Record the attempt, live through the mode, record the end. `once:` only the first time."""
    with transaction() as session:
        before = session.execute(
            text("SELECT count(*) FROM effect WHERE number = :number AND kind = 'began'"),
            {"number": message.number},
        ).scalar_one()
        record(session, message.number, "began")
    once, _, mode = message.mode.rpartition(":")
    if mode.startswith("sleep="):
        time.sleep(float(mode.removeprefix("sleep=")))
    elif not (once and before):
        _JOBS[mode]()
    with transaction() as session:
        record(session, message.number, "ended")


TRIP: Saga[Plan] = Saga(
    name="desk.trip",
    plan=Plan,
    steps=(
        compensable(
            "alpha",
            lambda plan: ActAlpha(number=plan.number),
            lambda plan: UndoAlpha(number=plan.number),
            timeout=2,
        ),
        compensable(
            "beta",
            lambda plan: ActBeta(number=plan.number),
            lambda plan: UndoBeta(number=plan.number),
            timeout=2,
        ),
        pivot("gamma", lambda plan: ActGamma(number=plan.number, mode=plan.mode), timeout=2),
    ),
)
SALE: Saga[Plan] = Saga(
    name="desk.sale",
    plan=Plan,
    steps=(
        compensable(
            "alpha",
            lambda plan: ActAlpha(number=plan.number),
            lambda plan: UndoAlpha(number=plan.number),
            timeout=2,
        ),
        pivot("charge", lambda plan: Charge(number=plan.number, mode=plan.mode), timeout=2),
    ),
)

SERVICES = (
    WorkerService(name="desk", tasks=Tasks("desk"), sagas=(TRIP, SALE)),
    WorkerService(name="alpha", tasks=alpha),
    WorkerService(name="beta", tasks=beta),
    WorkerService(name="gamma", tasks=gamma),
)
NAMES = tuple(service.name for service in SERVICES)
HEARS: dict[str, tuple[type[Fact], ...]] = {"beta": (Acted,)}


def saga_number(number: int) -> UUID:
    """A saga identifier from which the number can be read."""
    return UUID(int=(1 << 64) + number)
