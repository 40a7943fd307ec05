"""What Prometheus learns of sagas: those that have not ended, and how those that have fared."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from prometheus_client import REGISTRY

from libs import clock
from libs.db.transaction import transaction
from libs.ids import uuid7
from libs.messaging.message import Reply, SagaKey
from libs.messaging.wire import pack, unpack
from libs.saga import orchestrator
from libs.saga.backlog import measure_sagas
from libs.saga.orchestrator import Orchestrator
from tests.saga.shop import SELL, Sale
from tests.saga.toys import Driver, paid


class Desk:
    """The leader of a saga of its own name, so that nobody else's counts are seen."""

    def __init__(self, app: Any) -> None:
        self.app = app
        self.saga = replace(SELL, name=f"desk.sell_{uuid7().hex}")
        self._sagas = Orchestrator([self.saga])

    def start(self) -> UUID:
        saga_id = uuid7()
        plan = Sale(order_id=saga_id)
        with self.app.app_context(), transaction() as session:
            orchestrator.start(session, self.saga, plan, saga_id=saga_id, business_key=str(saga_id))
        return saga_id

    def answer(self, saga_id: UUID, step: str, outcome: Any = "done", phase: Any = "do") -> None:
        key = SagaKey(saga_id, step, 0, phase, 1)
        made = pack(Reply(outcome=outcome), source="x", key=key, reply_to="desk.replies")
        with self.app.app_context(), transaction() as session:
            self._sagas.answer(session, [(unpack(made.body), False)])

    def measure(self) -> None:
        with self.app.app_context():
            measure_sagas([self.saga])

    def value(self, name: str, **labels: str) -> float | None:
        return REGISTRY.get_sample_value(name, {"saga": self.saga.name, **labels})

    def active(self) -> dict[str, float | None]:
        statuses = ("running", "aborting", "needs_attention")
        return {status: self.value("saga_active", status=status) for status in statuses}


@pytest.fixture
def desk(platform_app):
    made = Desk(platform_app("desk"))
    with made.app.app_context(), transaction() as session:
        session.connection().exec_driver_sql(
            "CREATE TABLE effect (order_id uuid, step text, delta int)"
        )
    return made


@pytest.fixture
def later(monkeypatch):
    """Moves the clock."""
    real = clock.now

    def move(seconds: float) -> None:
        monkeypatch.setattr(clock, "now", lambda: real() + timedelta(seconds=seconds))

    return move


def test_sagas_that_have_not_ended_are_shown_by_status(desk):
    desk.start()
    aborting, ended = desk.start(), desk.start()
    for saga_id in (aborting, ended):
        desk.answer(saga_id, "reserve", "rejected")
    desk.answer(ended, "redeem", "undone", "undo")

    desk.measure()

    assert desk.active() == {"running": 1, "aborting": 1, "needs_attention": 0}


def test_a_status_that_no_saga_has_any_more_is_shown_as_zero(desk):
    saga_id = desk.start()
    desk.measure()
    desk.answer(saga_id, "reserve", "rejected")
    desk.answer(saga_id, "redeem", "undone", "undo")

    desk.measure()

    assert desk.active() == {"running": 0, "aborting": 0, "needs_attention": 0}
    assert desk.value("saga_oldest_step_seconds") == 0


def test_the_oldest_command_without_an_answer_is_shown(desk, later):
    desk.start()
    later(100)
    desk.start()

    desk.measure()

    assert 100 <= (desk.value("saga_oldest_step_seconds") or 0) < 110


def test_a_wait_for_somebody_outside_is_no_standstill(desk, later):
    saga_id = desk.start()
    for step in ("reserve", "redeem"):
        desk.answer(saga_id, step)
    desk.answer(saga_id, "authorize", "waiting")
    later(100)

    desk.measure()

    assert desk.value("saga_oldest_step_seconds") == 0


def test_endings_are_counted_from_zero_on(desk):
    statuses = ("done", "compensated", "needs_attention")

    counted = [desk.value("saga_ended_total", status=status) for status in statuses]

    assert counted == [0, 0, 0]


def test_a_completed_saga_is_timed_from_its_first_command(desk, later):
    saga_id = desk.start()
    later(20)
    for step in ("reserve", "redeem", "authorize", "capture", "ship"):
        desk.answer(saga_id, step)

    assert desk.value("saga_seconds_bucket", waited="no", le="10.0") == 0
    assert desk.value("saga_seconds_bucket", waited="no", le="30.0") == 1


def test_a_saga_remembers_that_somebody_outside_had_to_act():
    quick = paid()
    slow = Driver().done("stock", "coupon").answer("authorize", "waiting").done("authorize")

    assert not quick.state.waited
    assert slow.state.waited
