"""What a transaction announces is durable with it and reaches the broker in the end."""

from typing import Any, ClassVar

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from libs.db.transaction import savepoint, transaction
from libs.messaging import outbox, topology
from libs.messaging.message import Fact, Job
from libs.messaging.relay import forget
from libs.messaging.wire import Outgoing, pack, repack


class Happened(Fact, frozen=True, kw_only=True):
    """A fact."""

    wire_name: ClassVar[str] = "toys.happened.v1"

    what: str


class Paint(Job, frozen=True, kw_only=True):
    """A job."""

    wire_name: ClassVar[str] = "toys.paint.v1"

    color: str


class Broker:
    """Takes what is published, or does not."""

    def __init__(self, fault: Exception | None = None) -> None:
        self.taken: list[Outgoing] = []
        self._fault = fault

    def deliver(self, batch: Any) -> Any:
        if self._fault:
            raise self._fault
        self.taken += batch
        return batch


@pytest.fixture
def app(platform_app):
    app = platform_app("toys")
    with app.app_context():
        yield app


def _rows() -> int:
    with transaction() as session:
        return int(session.execute(text("SELECT count(*) FROM outbox")).scalar_one())


def _announce(*whats: str) -> None:
    with transaction() as session:
        for what in whats:
            outbox.announce(session, Happened(what=what))


def _announce_and_fail(session: Session) -> None:
    outbox.announce(session, Happened(what="lost"))
    outbox.enqueue(session, Paint(color="red"))
    raise ZeroDivisionError


def _grace_is_over() -> None:
    with transaction() as session:
        session.execute(text("UPDATE outbox SET due_at = now() - interval '1 second'"))


def test_an_announcement_is_a_row_of_its_transaction(app):
    _announce("a", "b")

    assert _rows() == 2


def test_a_transaction_that_fails_announces_nothing(app):
    with pytest.raises(ZeroDivisionError), transaction() as session:
        _announce_and_fail(session)

    assert _rows() == 0


def test_the_sweep_leaves_the_background_publisher_its_grace(app):
    broker = Broker()
    _announce("a")

    assert outbox.sweep(broker) == 0


def test_the_sweep_sends_a_fact_to_whoever_listens(app):
    broker = Broker()
    _announce("a")
    _grace_is_over()

    outbox.sweep(broker)

    (sent,) = broker.taken
    assert (sent.exchange, sent.routing_key) == (topology.FACTS, Happened.wire_name)
    assert _rows() == 0


def test_the_sweep_sends_a_job_to_its_pool(app):
    broker = Broker()
    with transaction() as session:
        outbox.enqueue(session, Paint(color="red"))
    _grace_is_over()

    outbox.sweep(broker)

    (sent,) = broker.taken
    assert (sent.exchange, sent.routing_key) == (topology.DIRECT, topology.jobs("toys"))


def test_what_is_sent_again_is_the_same_message(app):
    fact = pack(Happened(what="a"), source="toys")

    assert repack(fact.envelope, fact.routing_key) == fact


def test_a_broker_that_takes_nothing_leaves_the_rows(app):
    _announce("a")
    _grace_is_over()

    with pytest.raises(ConnectionError):
        outbox.sweep(Broker(ConnectionError()))

    assert _rows() == 1


def test_a_failed_sweep_is_not_repeated_at_once(app):
    _announce("a")
    _grace_is_over()
    with pytest.raises(ConnectionError):
        outbox.sweep(Broker(ConnectionError()))

    broker = Broker()
    outbox.sweep(broker)

    assert broker.taken == []


def test_a_row_that_another_process_holds_is_left_to_it(app):
    _announce("a")
    _grace_is_over()
    broker = Broker()
    with transaction() as session:
        session.execute(text("SELECT * FROM outbox FOR UPDATE"))

        outbox.sweep(broker)

    assert broker.taken == []


def test_a_caller_that_publishes_itself_gets_the_messages_after_the_commit(app):
    diverted: list[Outgoing] = []
    with transaction() as session:
        outbox.divert(session, diverted)
        outbox.announce(session, Happened(what="a"))

        assert diverted == []

    assert [message.type for message in diverted] == [Happened.wire_name]
    assert _rows() == 1


def test_confirmed_rows_are_forgotten(app):
    diverted: list[Outgoing] = []
    with transaction() as session:
        outbox.divert(session, diverted)
        outbox.announce(session, Happened(what="a"))
        outbox.announce(session, Happened(what="b"))

    with transaction() as session:
        forget(session, [diverted[0].id])

    assert _rows() == 1


def test_a_savepoint_that_is_rolled_back_takes_its_announcements_with_it(app):
    with transaction() as session:
        outbox.announce(session, Happened(what="kept"))
        with pytest.raises(ZeroDivisionError), savepoint(session):
            _announce_and_fail(session)

    assert _rows() == 1


def test_the_first_announcement_inside_a_failed_savepoint_is_lost_too(app):
    with transaction() as session:
        with pytest.raises(ZeroDivisionError), savepoint(session):
            _announce_and_fail(session)
        outbox.announce(session, Happened(what="kept"))

    assert _rows() == 1
