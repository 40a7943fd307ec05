"""A toy shop of four services whose only business is to count what they did."""

from functools import partial
from typing import Any, ClassVar, cast
from uuid import UUID

from flask import current_app
from msgspec import defstruct
from sqlalchemy import text
from sqlalchemy.orm import Session

from libs.db.transaction import reading, transaction
from libs.messaging.inbox import settle
from libs.messaging.message import Command, Fact, Payload, SagaKey
from libs.messaging.outbox import announce
from libs.messaging.tasks import Answer, Deferred, Done, Tasks
from libs.messaging.worker import WorkerService
from libs.saga.definition import Saga, compensable, local, pivot, retriable
from libs.saga.state import SagaState

TABLES = """
    CREATE TABLE effect (order_id uuid, step text, delta int);
    CREATE TABLE call (order_id uuid, phase text, saga_id uuid, open boolean DEFAULT true,
        PRIMARY KEY (order_id, phase));
"""


class Sale(Payload, frozen=True, kw_only=True):
    """The plan."""

    order_id: UUID


class Sold(Fact, frozen=True, kw_only=True):
    """Announced by the desk."""

    wire_name: ClassVar[str] = "desk.sold.v1"

    order_id: UUID


def _command(wire: str) -> type[Command]:
    named = {"wire_name": wire}
    fields = [("order_id", UUID)]
    kind = defstruct("Toy", fields, bases=(Command,), namespace=named, frozen=True, kw_only=True)
    return cast(type[Command], kind)


Reserve, Release, Ship = map(_command, ("depot.reserve.v1", "depot.release.v1", "depot.ship.v1"))
Redeem, Restore = map(_command, ("club.redeem.v1", "club.restore.v1"))
Authorize, Void, Capture = map(_command, ("bank.authorize.v1", "bank.void.v1", "bank.capture.v1"))


def count(session: Session, order_id: UUID, step: str, delta: int) -> None:
    session.execute(
        text("INSERT INTO effect VALUES (:order_id, :step, :delta)"),
        {"order_id": order_id, "step": step, "delta": delta},
    )


def balance(session: Session, order_id: UUID) -> dict[str, int]:
    rows = session.execute(
        text("SELECT step, sum(delta) FROM effect WHERE order_id = :id GROUP BY step"),
        {"id": order_id},
    )
    return {step: int(total) for step, total in rows}


def _counting(tasks: Tasks, kind: type[Command], step: str, delta: int, **more: Any) -> None:
    @tasks.command(kind, **more)
    def handle(session: Session, message: Any) -> None:
        count(session, message.order_id, step, delta)


depot, club, bank, desk = (Tasks(name) for name in ("depot", "club", "bank", "desk"))
_counting(depot, Reserve, "reserve", +1, refuses_before_writing=True)
_counting(depot, Release, "reserve", -1)
_counting(depot, Ship, "ship", +1)
_counting(club, Redeem, "redeem", +1)
_counting(club, Restore, "redeem", -1)
_counting(bank, Capture, "capture", +1)


class Provider:
    """Somebody outside, who knows every key and charges each one once."""

    def __init__(self) -> None:
        self.held: dict[UUID, int] = {}

    def call(self, order_id: UUID, phase: str) -> str:
        if phase == "do":
            self.held.setdefault(order_id, 1)
        else:
            self.held[order_id] = 0
        return "done"


PROVIDER = Provider()


def _slow(session: Session, message: Any, key: SagaKey) -> Deferred:
    session.execute(
        text(
            "INSERT INTO call (order_id, phase, saga_id) VALUES (:order_id, :phase, :saga_id)"
            " ON CONFLICT DO NOTHING"
        ),
        {"order_id": message.order_id, "phase": key.phase, "saga_id": key.saga},
    )
    call = partial(PROVIDER.call, message.order_id, key.phase)
    return Deferred(call, partial(_record, order_id=message.order_id))


def _record(session: Session, key: SagaKey, _result: Any, *, order_id: UUID) -> Answer:
    """Count what became of the call, once; an undo ends the call that it overtakes."""
    closed = "UPDATE call SET open = false WHERE order_id = :id AND phase = :phase AND open"
    known = {"id": order_id, "phase": key.phase}
    if session.execute(text(closed + " RETURNING 1"), known).first():
        if key.phase == "do":
            count(session, order_id, "authorize", +1)
        elif balance(session, order_id).get("authorize"):
            count(session, order_id, "authorize", -1)
        else:
            session.execute(text(closed), {"id": order_id, "phase": "do"})
    return Done()


bank.command(Authorize)(_slow)
bank.command(Void)(_slow)


@bank.every(seconds=1, transactional=False)
def resolve() -> int:
    """Ask the provider what became of calls whose process died."""
    with reading() as session:
        rows = session.execute(text("SELECT order_id, phase, saga_id FROM call WHERE open"))
        calls = [tuple(row) for row in rows]
    for order_id, phase, saga_id in calls:
        result = PROVIDER.call(order_id, phase)
        key = SagaKey(saga_id, "authorize", 0, phase, 1)
        with transaction() as session:
            settle(session, key, _record(session, key, result, order_id=order_id))
    return 0


def _confirm(session: Session, plan: Sale, _state: SagaState) -> None:
    count(session, plan.order_id, "confirm", +1)
    announce(session, Sold(order_id=plan.order_id))


def _cancel(session: Session, plan: Sale, _state: SagaState) -> None:
    count(session, plan.order_id, f"cancelled by {current_app.name}", +1)


def _ask(kind: Any) -> Any:
    return lambda plan: kind(order_id=plan.order_id)


SELL: Saga[Sale] = Saga(
    name="desk.sell",
    plan=Sale,
    steps=(
        compensable("reserve", _ask(Reserve), _ask(Release)),
        compensable("redeem", _ask(Redeem), _ask(Restore), after=()),
        compensable("authorize", _ask(Authorize), _ask(Void), after=("reserve", "redeem")),
        pivot("capture", _ask(Capture)),
        local("confirm", _confirm),
        retriable("ship", _ask(Ship)),
    ),
    compensated=_cancel,
)
SERVICES = (
    WorkerService(name="desk", tasks=desk, sagas=(SELL,)),
    WorkerService(name="depot", tasks=depot),
    WorkerService(name="club", tasks=club),
    WorkerService(name="bank", tasks=bank),
)
