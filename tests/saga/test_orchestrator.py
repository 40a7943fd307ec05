"""The shell around the reducer on a real database: rows, locks, sweeps, operators, versions."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from libs import clock
from libs.db.transaction import reading, transaction
from libs.ids import uuid7
from libs.messaging.message import Reply, SagaKey
from libs.messaging.wire import Outgoing, pack, unpack
from libs.saga import orchestrator
from libs.saga.operator import Operator
from libs.saga.orchestrator import Orchestrator, SagaNotFound
from libs.saga.queries import SagaView, get_saga, list_saga_events
from libs.saga.reducer import SagaForbids
from libs.saga.state import Aborted, Retried
from tests.saga.shop import SELL, Sale

_YOUNGER = replace(SELL, version=2)


class Desk:
    """The leader's database and what leaves it."""

    def __init__(self, app) -> None:
        self.app = app
        self.sagas = Orchestrator([SELL])

    def start(self, key: str | None = None, saga=SELL) -> UUID:
        saga_id = uuid7()
        with self.app.app_context(), transaction() as session:
            orchestrator.start(
                session,
                saga,
                Sale(order_id=saga_id),
                saga_id=saga_id,
                business_key=key or str(saga_id),
            )
        return saga_id

    def answer(self, *replies: Outgoing, redelivered: bool = False) -> list[str]:
        """The commands that these answers lead to."""
        arrived = [(unpack(reply.body), redelivered) for reply in replies]
        with self.app.app_context(), transaction() as session:
            return [one.type for one in self.sagas.answer(session, arrived)]

    def sweep(self, sagas: Orchestrator | None = None) -> int:
        with self.app.app_context():
            return (sagas or self.sagas).sweep()

    def view(self, saga_id: UUID) -> SagaView:
        with self.app.app_context(), reading() as session:
            return get_saga(session, saga_id)

    def sql(self, statement: str, **values: object) -> None:
        with self.app.app_context(), transaction() as session:
            session.execute(text(statement), values)

    def make_due(self, saga_id: UUID) -> None:
        self.sql("UPDATE saga SET due_at = now() - interval '1 s' WHERE id = :id", id=saga_id)


def reply(saga_id: UUID, step: str, outcome="done", phase="do", generation=0, **more) -> Outgoing:
    key = SagaKey(saga_id, step, generation, phase, 1)
    return pack(Reply(outcome=outcome, **more), source="depot", key=key, reply_to="desk.replies")


@pytest.fixture
def desk(platform_app):
    made = Desk(platform_app("desk"))
    made.sql("CREATE TABLE effect (order_id uuid, step text, delta int)")
    return made


@pytest.fixture
def later(monkeypatch):
    """Moves the clock."""
    real = clock.now

    def move(seconds: float) -> None:
        monkeypatch.setattr(clock, "now", lambda: real() + timedelta(seconds=seconds))

    return move


def test_answers_of_one_saga_in_one_batch_are_applied_in_order(desk):
    saga_id = desk.start()

    commands = desk.answer(reply(saga_id, "reserve"), reply(saga_id, "redeem"))

    assert commands == ["bank.authorize.v1"]
    assert desk.view(saga_id).version == 3


def test_answers_of_many_sagas_share_a_batch(desk):
    ids = [desk.start() for _ in range(3)]

    desk.answer(*(reply(saga_id, "reserve") for saga_id in reversed(ids)))

    assert {desk.view(saga_id).steps["reserve"]["status"] for saga_id in ids} == {"ok"}


def test_the_timeline_has_no_gap(desk):
    saga_id = desk.start()
    desk.answer(reply(saga_id, "reserve"), reply(saga_id, "reserve"))
    desk.answer(reply(saga_id, "redeem", "rejected", code="club.used_up", detail="no"))

    with desk.app.app_context(), reading() as session:
        events = list_saga_events(session, saga_id)

    assert [event.version for event in events] == [1, 2, 3]
    assert [event.event for event in events] == ["started", "answered", "answered"]
    assert events[2].sent == ["reserve.undo#1"]
    assert (events[2].code, events[2].status) == ("club.used_up", "aborting")


def test_an_answer_of_no_saga_is_ignored(desk):
    assert desk.answer(reply(uuid7(), "reserve")) == []


def test_an_answer_that_died_before_its_publish_publishes_again(desk):
    saga_id = desk.start()
    desk.answer(reply(saga_id, "reserve"), reply(saga_id, "redeem"))

    again = desk.answer(reply(saga_id, "redeem"), redelivered=True)

    assert again == ["bank.authorize.v1"]
    assert desk.view(saga_id).version == 3


def test_a_second_saga_of_one_business_key_is_refused(desk):
    desk.start("order 1")

    with pytest.raises(IntegrityError):
        desk.start("order 1")


def test_the_sweep_asks_again_what_is_overdue(desk, later):
    saga_id = desk.start()

    assert desk.sweep() == 0
    later(10)
    assert desk.sweep() == 1
    assert desk.view(saga_id).steps["reserve"]["attempt"] == 2
    assert desk.sweep() == 0


def test_a_saga_that_another_process_holds_is_left_to_it(desk, later):
    saga_id = desk.start()
    later(10)

    with desk.app.app_context(), transaction() as session:
        session.execute(text("SELECT * FROM saga WHERE id = :id FOR UPDATE"), {"id": saga_id})
        assert desk.sweep() == 0


def test_a_saga_that_cannot_be_swept_does_not_stop_the_others(desk, later):
    broken, sound = desk.start(), desk.start()
    desk.sql("UPDATE saga SET plan = '{}' WHERE id = :id", id=broken)
    later(10)

    assert desk.sweep() == 2
    assert desk.view(sound).steps["reserve"]["attempt"] == 2
    assert desk.view(broken).steps["reserve"]["attempt"] == 1
    assert desk.sweep() == 0


def test_a_saga_of_an_unknown_version_is_left_to_code_that_knows_it(desk, later):
    saga_id = desk.start(saga=_YOUNGER)
    later(10)

    assert desk.answer(reply(saga_id, "reserve")) == []
    assert desk.view(saga_id).version == 1

    later(50)
    assert desk.sweep(Orchestrator([SELL, _YOUNGER])) == 1
    assert desk.view(saga_id).steps["reserve"]["attempt"] == 2


def test_a_saga_that_nothing_can_move_is_not_swept_for_ever(desk):
    saga_id = desk.start()
    for step in ("reserve", "redeem", "authorize", "capture"):
        desk.answer(reply(saga_id, step))
    desk.answer(reply(saga_id, "ship", "rejected", code="depot.no", detail="no"))
    desk.make_due(saga_id)

    assert desk.sweep() == 1
    assert desk.view(saga_id).due_at is None


def test_an_operator_acts_and_is_named(desk):
    saga_id = desk.start()
    operator = Operator([SELL])

    with desk.app.app_context(), transaction() as session:
        decision = operator.act(session, saga_id, Aborted(code="desk.no", detail="no"), actor="ada")

    assert decision.state.status == "aborting"
    with desk.app.app_context(), reading() as session:
        last = list_saga_events(session, saga_id)[-1]
    assert (last.event, last.actor, last.code) == ("aborted", "ada", "desk.no")


def test_a_preview_changes_nothing(desk):
    saga_id = desk.start()

    with desk.app.app_context(), transaction() as session:
        event = Aborted(code="desk.no", detail="no")
        decision = Operator([SELL]).preview(session, saga_id, event)

    assert {send.phase for send in decision.sends} == {"undo"}
    assert desk.view(saga_id).status == "running"


def test_what_is_forbidden_leaves_no_event(desk):
    saga_id = desk.start()

    with desk.app.app_context(), pytest.raises(SagaForbids), transaction() as session:
        Operator([SELL]).act(session, saga_id, Retried(step="ship"), actor="ada")

    assert desk.view(saga_id).version == 1


def test_an_operator_is_told_of_a_saga_that_does_not_exist(desk):
    with desk.app.app_context(), pytest.raises(SagaNotFound), transaction() as session:
        Operator([SELL]).preview(session, uuid7(), Retried(step="ship"))
