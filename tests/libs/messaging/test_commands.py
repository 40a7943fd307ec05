"""Each step of a saga counts once, every repetition is answered, every race with undoing ends."""

from datetime import timedelta
from uuid import uuid4

import msgspec
import pytest

from libs import clock
from libs.db.transaction import transaction
from libs.ids import uuid7
from libs.messaging import inbox
from libs.messaging.wire import unpack
from tests.libs.messaging.toys import (
    Charge,
    GiveBack,
    Look,
    Take,
    announced,
    command,
    outcomes,
    replies,
)

_SAGA = uuid4()


def _do(end: str = "done", **more):
    return command(Take(end=end), saga=_SAGA, **more)


def _undo(end: str = "done", **more):
    return command(GiveBack(end=end), phase="undo", saga=_SAGA, **more)


def test_a_command_takes_effect_and_is_answered(participant):
    result = participant.take(_do("output"))

    (reply,) = replies(result.outgoing)
    assert reply.outcome == "done"
    assert msgspec.json.encode(reply.output) == b'{"shelf":7}'
    assert participant.effects() == ["take"]


def test_an_answer_goes_to_the_leader_under_the_key_of_its_command(participant):
    sent = _do()

    (reply, _fact) = participant.take(sent).outgoing

    assert reply.routing_key == "shop.replies"
    assert unpack(reply.body).key == unpack(sent.body).key
    assert unpack(reply.body).saga_type == "shop.order"


@pytest.mark.parametrize("end", ["done", "output", "refuse", "reject", "wait", "doubt"])
def test_a_repetition_gets_the_very_same_answer_and_writes_nothing(participant, end):
    first = participant.take(_do(end))
    effects = participant.effects()

    second = participant.take(_do(end))

    assert second.outgoing == first.outgoing
    assert participant.effects() == effects


def test_the_attempt_is_no_part_of_the_key(participant):
    sent = _do()
    participant.take(sent)

    again = command(Take(), saga=_SAGA)

    assert again.id != sent.id
    assert participant.ask(again) == ["done"]
    assert participant.effects() == ["take"]


def test_another_generation_is_another_command(participant):
    participant.take(_do("refuse"))

    assert participant.ask(_do(generation=1)) == ["done"]
    assert participant.effects() == ["take"]


def test_what_was_announced_is_published_again_with_the_answer(participant):
    first = participant.take(_do())

    second = participant.take(_do())

    assert announced(first.outgoing) == announced(second.outgoing) == ["take"]
    assert participant.sql("SELECT * FROM outbox") == []


def test_a_refusal_rolls_its_writes_and_announcements_back(participant):
    result = participant.take(_do("refuse"))

    (reply,) = replies(result.outgoing)
    assert (reply.outcome, reply.code, reply.detail) == (
        "rejected",
        "toys.sold_out",
        "nothing left",
    )
    assert participant.effects() == []
    assert announced(result.outgoing) == []


def test_the_neighbours_of_a_refusal_stay(participant):
    assert participant.ask(command(Take()), _do("refuse"), command(Take())) == [
        "done",
        "rejected",
        "done",
    ]
    assert participant.effects() == ["take", "take"]


def test_a_refusal_before_writing_keeps_the_batch_together(participant):
    batch = [command(Look()), command(Look(end="refuse")), command(Look())]

    assert participant.ask(*batch) == ["done", "rejected", "done"]
    assert participant.effects() == ["look", "look"]
    assert len(participant.sql("SELECT DISTINCT xmin::text FROM inbox")) == 1


def test_an_undo_reverses_its_command_once(participant):
    participant.take(_do())

    assert participant.ask(_undo()) == ["undone"]
    assert participant.ask(_undo()) == ["undone"]
    assert participant.effects() == ["take", "give back"]


def test_a_repeated_undo_gets_the_very_same_answer(participant):
    participant.take(_do())
    first = participant.take(_undo())

    second = participant.take(_undo())

    assert second.outgoing[0] == first.outgoing[0]
    assert announced(second.outgoing) == ["take", "give back"]


def test_a_command_repeated_after_its_undo_is_refused(participant):
    participant.take(_do())
    participant.take(_undo())

    assert participant.ask(_do()) == ["cancelled"]
    assert participant.effects() == ["take", "give back"]


def test_an_undo_that_overtakes_its_command_leaves_a_tombstone(participant):
    assert participant.ask(_undo()) == ["undone"]
    assert participant.effects() == []
    assert participant.states() == ["cancelled"]


def test_a_command_that_comes_after_its_undo_is_refused(participant):
    participant.take(_undo())

    assert participant.ask(_do()) == ["cancelled"]
    assert participant.ask(_do(), command(Take())) == ["cancelled", "done"]
    assert participant.effects() == ["take"]


def test_a_tombstone_answers_the_repeated_undo(participant):
    first = participant.take(_undo())

    assert participant.take(_undo()).outgoing == first.outgoing


def test_undoing_what_was_refused_does_nothing(participant):
    participant.take(_do("refuse"))

    assert participant.ask(_undo()) == ["undone"]
    assert participant.effects() == []


@pytest.mark.parametrize("end", ["wait", "doubt"])
def test_undoing_what_is_still_open_reaches_the_handler(participant, end):
    participant.take(_do(end))

    assert participant.ask(_undo()) == ["undone"]
    assert participant.effects() == ["take", "give back"]
    assert participant.ask(_do(end)) == ["cancelled"]


def test_an_undo_that_is_refused_can_be_asked_again(participant):
    participant.take(_do())

    assert participant.ask(_undo("refuse")) == ["rejected"]
    assert participant.ask(_undo("done")) == ["undone"]
    assert participant.effects() == ["take", "give back"]


def test_what_was_announced_before_a_crash_goes_with_the_undo(participant):
    lost = participant.take(_do())

    result = participant.take(_undo())

    assert announced(lost.outgoing) == ["take"]
    assert announced(result.outgoing) == ["take", "give back"]


def test_a_command_past_its_deadline_is_refused_for_good(participant):
    over = clock.now() - timedelta(seconds=1)

    assert participant.ask(_do(deadline=over)) == ["cancelled"]
    assert participant.ask(_do()) == ["cancelled"]
    assert participant.effects() == []


def test_a_repetition_past_the_deadline_still_gets_its_answer(participant):
    participant.take(_do())

    assert participant.ask(_do(deadline=clock.now() - timedelta(seconds=1))) == ["done"]


def test_a_command_and_its_undo_in_one_batch_end_in_order(participant):
    result = participant.take(_do(), _undo())

    assert outcomes(result.outgoing) == ["done", "undone"]
    assert participant.effects() == ["take", "give back"]


def test_one_command_twice_in_one_batch_has_one_effect(participant):
    assert participant.ask(_do(), _do()) == ["done", "done"]
    assert participant.effects() == ["take"]


def test_another_body_under_the_same_key_is_a_fault(participant):
    participant.take(_do("output"))

    result = participant.take(_do("done"), command(Take()))

    (fault, done) = replies(result.outgoing)
    assert (fault.outcome, fault.detail) == ("retry", "WrongBody")
    assert done.outcome == "done"
    assert participant.effects() == ["take", "take"]


@pytest.mark.parametrize(("days", "left"), [(1, ["done", "started"]), (-1, ["started"])])
def test_a_step_is_forgotten_when_it_is_old_and_over(participant, days, left):
    participant.take(command(Take(), saga=uuid7()))
    participant.take(command(Charge(), saga=uuid7()))

    with participant.app.app_context(), transaction() as session:
        inbox.forget(days, session)

    assert participant.states() == left
