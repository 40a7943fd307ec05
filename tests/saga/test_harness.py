"""The universal saga harness on a toy shop: every question to every step, on real databases."""

from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from libs.db.transaction import reading, transaction
from libs.ids import uuid7
from libs.saga.orchestrator import start
from libs.testing.faults import Fault
from libs.testing.pump import Pump
from libs.testing.saga_harness import Case, Run, Subject, cases
from tests.saga.shop import PROVIDER, SELL, SERVICES, TABLES, Sale, balance

CASES = cases(SELL, slow={"authorize"})


@pytest.fixture(scope="module")
def subject(module_platform_app):
    pump = Pump()
    for service in SERVICES:
        app = module_platform_app(service.name)
        pump.add(app, service)
        with app.app_context(), transaction() as session:
            session.execute(text(TABLES))
    with pump.moved_clock():
        yield Subject(SELL, pump, lambda: _begin(pump), lambda *end: _check(pump, *end))


def _begin(pump: Pump) -> UUID:
    saga_id = uuid7()
    with pump.nodes["desk"].app.app_context(), transaction() as session:
        start(session, SELL, Sale(order_id=saga_id), saga_id=saga_id, business_key=str(saga_id))
    return saga_id


def _check(pump: Pump, order_id: UUID, status: str) -> None:
    found: dict[str, int] = {}
    for node in pump.nodes.values():
        with node.app.app_context(), reading() as session:
            found |= balance(session, order_id)
    effects = {step: total for step, total in found.items() if total}
    if status == "done":
        assert effects == dict.fromkeys((step.name for step in SELL.steps), 1)
        assert PROVIDER.held[order_id] == 1
    else:
        assert effects == {"cancelled by desk": 1}
        assert PROVIDER.held.get(order_id, 0) == 0


@pytest.mark.parametrize("case", CASES, ids=str)
def test_the_toy_saga(subject, case):
    Run(subject, case).prove()


def test_there_are_many_questions():
    assert len(CASES) > 100
    assert len({case.name for case in CASES}) == len(CASES)


def test_a_fault_that_never_strikes_is_a_failure(subject):
    case = Case("nothing", "done", lambda: [Fault("lose", "reserve", "undo")])

    with pytest.raises(AssertionError, match="never happened"):
        Run(subject, case).prove()


def test_a_saga_that_ends_otherwise_is_a_failure(subject):
    with pytest.raises(AssertionError, match="it ended as"):
        Run(subject, Case("wrong", "compensated")).prove()


def test_an_effect_too_many_is_a_failure(subject):
    def once_more(run: Run) -> None:
        with run.pump.nodes["depot"].app.app_context(), transaction() as session:
            session.execute(text("INSERT INTO effect VALUES (:id, 'ship', 1)"), {"id": run.saga_id})

    with pytest.raises(AssertionError):
        Run(subject, Case("twice", "done", then=once_more)).prove()


def test_two_sagas_do_not_meet(subject):
    runs = [Run(subject, Case(str(uuid4()), "done")) for _ in range(2)]

    for run in runs:
        run.prove()
