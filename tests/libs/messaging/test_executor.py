"""One bad message does not sink its neighbours; what cannot be handled is kept or reported."""

from collections.abc import Sequence
from dataclasses import replace
from typing import ClassVar
from uuid import UUID

import pytest

from libs.messaging import outbox
from libs.messaging.batch import Hold
from libs.messaging.message import Command
from libs.messaging.wire import Outgoing, pack
from tests.libs.messaging.toys import (
    Look,
    Take,
    Taken,
    announced,
    command,
    delivery,
    outcomes,
    replies,
)

_DISCONNECT = "SELECT pg_terminate_backend(pg_backend_pid())"


class Stranger(Command, frozen=True, kw_only=True):
    """Nobody obeys it."""

    wire_name: ClassVar[str] = "toys.stranger.v1"


class OtherTake(Command, frozen=True, kw_only=True):
    """What another release might send under the name of `Take`."""

    wire_name: ClassVar[str] = Take.wire_name

    end: int = 7


class Sender:
    """Takes everything."""

    def __init__(self) -> None:
        self.sent: list[Outgoing] = []

    def deliver(self, batch: Sequence[Outgoing]) -> Sequence[Outgoing]:
        self.sent += batch
        return batch


def _raise(code: str) -> str:
    return f"DO $$ BEGIN RAISE EXCEPTION 'told to' USING ERRCODE = '{code}'; END $$"


@pytest.mark.parametrize(
    "poison", [Take(end="explode"), Stranger(), OtherTake(), Take(end=_raise("23505"))]
)
def test_a_poisoned_command_is_reported_and_its_neighbours_are_done(participant, poison):
    result = participant.take(command(Take()), command(poison), command(Look()))

    assert outcomes(result.outgoing) == ["done", "retry", "done"]
    assert participant.effects() == ["take", "look"]
    assert announced(result.outgoing) == ["take"]


def test_a_poisoned_command_may_be_asked_again(participant):
    sent = command(Take(end="explode"))

    assert participant.ask(sent) == ["retry"]
    assert participant.ask(sent) == ["retry"]
    assert participant.states() == []


def test_the_report_names_the_kind_of_fault_and_no_data(participant):
    (reply,) = replies(participant.take(command(Take(end="explode"))).outgoing)

    assert (reply.code, reply.detail) == ("internal_error", "ZeroDivisionError")


@pytest.mark.parametrize("code", ["40001", "40P01", "55P03"])
def test_contention_is_tried_again_at_once(participant, code):
    participant.sql("CREATE SEQUENCE tries")
    participant.sql(
        f"CREATE FUNCTION meet() RETURNS int AS $$ BEGIN RAISE EXCEPTION 'met' "
        f"USING ERRCODE = '{code}'; END $$ LANGUAGE plpgsql"
    )
    fails_twice = "SELECT CASE WHEN nextval('tries') < 3 THEN meet() END"

    assert participant.ask(command(Take(end=fails_twice))) == ["done"]
    assert participant.effects() == ["take"]


def test_lasting_contention_is_reported(participant):
    assert participant.ask(command(Take(end=_raise("40001")))) == ["retry"]


@pytest.mark.parametrize("count", [1, 3])
def test_a_lost_database_holds_the_batch_and_leaves_nothing(participant, count):
    batch = [command(Take()) for _ in range(count - 1)] + [command(Take(end=_DISCONNECT))]

    with pytest.raises(Hold):
        participant.take(*batch)

    assert participant.effects() == []
    assert participant.states() == []


def test_a_lost_database_while_a_batch_is_redone_holds_it_as_well(participant):
    batch = [command(Take(end="explode")), command(Take(end=_DISCONNECT))]

    with pytest.raises(Hold):
        participant.take(*batch)


def test_a_held_batch_is_handled_when_the_database_is_back(participant):
    good = command(Take())
    with pytest.raises(Hold):
        participant.take(good, command(Take(end=_DISCONNECT)))

    assert participant.ask(good) == ["done"]


def test_a_statement_that_takes_too_long_is_a_fault_and_no_outage(participant):
    assert participant.ask(command(Take(end="SELECT pg_sleep(2.5)"))) == ["retry"]


class TestFacts:
    """Each fact is handled once."""

    def test_a_fact_is_handled_once(self, participant):
        fact = pack(Taken(by="x"), source="toys")

        participant.take(fact)
        participant.take(fact)
        participant.take(fact, fact)

        assert participant.effects() == ["heard x"]

    def test_a_fact_twice_in_its_first_batch_is_handled_once(self, participant):
        fact = pack(Taken(by="x"), source="toys")

        participant.take(fact, fact)

        assert participant.effects() == ["heard x"]

    def test_facts_are_handled_in_the_order_of_their_arrival(self, participant):
        participant.take(*(pack(Taken(by=by), source="toys") for by in "cab"))

        assert participant.effects() == ["heard c", "heard a", "heard b"]

    def test_a_poisoned_fact_is_parked_and_its_neighbours_are_heard(self, participant):
        good, poison = pack(Taken(by="x"), source="toys"), pack(Taken(by="nobody"), source="toys")

        result = participant.take(poison, good, command(Take()))

        assert outcomes(result.outgoing) == ["done"]
        assert sorted(participant.effects()) == ["heard x", "take"]
        (parked,) = participant.sql("SELECT type, body, reason FROM dead_letter")
        assert parked[0] == Taken.wire_name
        assert bytes(parked[1]) == poison.body
        assert "ZeroDivisionError" in parked[2]

    def test_a_parked_fact_can_be_sent_again(self, participant):
        fact = pack(Taken(by="nobody"), source="toys")
        participant.take(fact)

        participant.take(fact)

        assert participant.sql("SELECT count(*) FROM dead_letter") == [(2,)]


class TestOutbox:
    """What handlers announce without an answer goes through the outbox."""

    def test_what_a_fact_leads_to_is_sent_and_kept_until_the_broker_confirms(self, participant):
        call = pack(Taken(by="caller"), source="toys")

        (sent,) = participant.take(call).outgoing

        assert announced([sent]) == ["echo"]
        assert participant.sql("SELECT id FROM outbox") == [(sent.id,)]

    def test_what_was_committed_and_not_published_is_sent_by_the_sweep(self, participant):
        call = pack(Taken(by="caller"), source="toys")
        (lost,) = participant.take(call).outgoing
        participant.take(call)

        participant.sql("UPDATE outbox SET due_at = now() - interval '1 second'")
        sender = Sender()
        with participant.app.app_context():
            outbox.sweep(sender)

        assert [one.id for one in sender.sent] == [lost.id]
        assert participant.effects() == ["heard caller"]

    def test_rows_that_the_broker_confirmed_go_with_the_next_batch(self, participant):
        participant.sql(
            "INSERT INTO outbox (id, type, routing_key, envelope, due_at) "
            "SELECT gen_random_uuid(), '', '', '', now() FROM generate_series(1, 2)"
        )
        ((first,), _second) = participant.sql("SELECT id FROM outbox")
        participant.executor.confirmed([_stored(first)])

        participant.take(command(Look()))

        assert participant.sql("SELECT count(*) FROM outbox") == [(1,)]

    def test_without_a_next_batch_they_are_tidied_away(self, participant):
        participant.sql(
            "INSERT INTO outbox (id, type, routing_key, envelope, due_at) "
            "VALUES (gen_random_uuid(), '', '', '', now())"
        )
        ((first,),) = participant.sql("SELECT id FROM outbox")
        participant.executor.confirmed([_stored(first)])

        participant.executor.tidy()

        assert participant.sql("SELECT count(*) FROM outbox") == [(0,)]


def _stored(row_id: UUID) -> Outgoing:
    return replace(pack(Taken(by="x"), source="toys"), id=row_id, stored=True)


def test_a_command_outside_of_sagas_is_parked(participant):
    orphan = delivery(pack(Take(), source="shop"))
    orphan.kind = "command"

    result = participant.executor.process([orphan])

    assert result.outgoing == []
    assert participant.sql("SELECT type FROM dead_letter") == [(Take.wire_name,)]
