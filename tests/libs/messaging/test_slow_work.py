"""Work outside of transactions: noted first, called after the commit, completed in another one."""

from uuid import uuid4

import pytest

from libs.db.transaction import transaction
from libs.messaging import inbox
from libs.messaging.message import Phase, SagaKey
from libs.messaging.outbox import divert
from libs.messaging.tasks import Answer, Done, InDoubt, Rejected, Waiting
from libs.messaging.wire import Outgoing
from tests.libs.messaging.toys import (
    Charge,
    Participant,
    Refund,
    Take,
    announced,
    command,
    outcomes,
    replies,
)

_SAGA = uuid4()


def _do(end: str = "done"):
    return command(Charge(end=end), "charge", saga=_SAGA)


def _undo(end: str = "done"):
    return command(Refund(end=end), "charge", "undo", saga=_SAGA)


def _settle(participant: Participant, answer: Answer, phase: Phase = "do") -> list[str]:
    """The outcomes that leave with the settling transaction."""
    outgoing: list[Outgoing] = []
    with participant.app.app_context(), transaction() as session:
        divert(session, outgoing)
        settled = inbox.settle(session, SagaKey(_SAGA, "charge", 0, phase, 1), answer)
    assert settled is bool(outgoing)
    return outcomes(outgoing)


def test_the_note_is_durable_before_the_call_and_nothing_is_answered_yet(participant):
    result = participant.take(_do())

    assert result.outgoing == []
    assert len(result.open) == 1
    assert participant.effects() == ["note charge"]
    assert participant.states() == ["started"]


def test_the_outcome_is_stored_and_answered_together(participant):
    answers = participant.finish(participant.take(_do()))

    assert outcomes(answers) == ["done"]
    assert announced(answers) == ["record do"]
    assert participant.effects() == ["note charge", "record do"]
    assert participant.states() == ["done"]


def test_a_repetition_while_the_call_runs_starts_no_second_one(participant):
    participant.take(_do())

    again = participant.take(_do())

    assert again.open == []
    assert outcomes(again.outgoing) == ["in_doubt"]
    assert participant.effects() == ["note charge"]


def test_a_repetition_afterwards_gets_the_stored_answer(participant):
    answers = participant.finish(participant.take(_do()))

    assert participant.take(_do()).outgoing == answers


def test_a_call_without_a_definite_result_leaves_the_step_open(participant):
    answers = participant.finish(participant.take(_do("timeout")))

    assert outcomes(answers) == ["in_doubt"]
    assert participant.states() == ["started"]
    assert outcomes(participant.take(_do("timeout")).outgoing) == ["in_doubt"]


def test_a_refusal_on_completion_rolls_its_writes_and_announcements_back(participant):
    answers = participant.finish(participant.take(_do("refuse")))

    (reply,) = replies(answers)
    assert (reply.outcome, reply.code) == ("rejected", "toys.sold_out")
    assert announced(answers) == []
    assert participant.effects() == ["note charge"]


def test_a_refusal_on_completion_leaves_its_neighbours(participant):
    first = participant.take(
        command(Charge(), "charge"), _do("refuse"), command(Charge(), "charge")
    )

    answers = participant.finish(first)

    assert sorted(outcomes(answers)) == ["done", "done", "rejected"]
    assert participant.effects().count("record do") == 2


def test_an_outcome_that_cannot_be_stored_leaves_its_neighbours(participant):
    first = participant.take(command(Charge(), "charge"), _do("explode"))

    answers = participant.finish(first)

    assert outcomes(answers) == ["done"]
    assert sorted(participant.states()) == ["done", "started"]


def test_contention_does_not_lose_an_outcome(participant):
    raises_once = "SELECT CASE WHEN nextval('tries') < 3 THEN meet() END"
    participant.sql("CREATE SEQUENCE tries")
    participant.sql(
        "CREATE FUNCTION meet() RETURNS int AS $$ BEGIN RAISE EXCEPTION 'met' "
        "USING ERRCODE = '40P01'; END $$ LANGUAGE plpgsql"
    )

    answers = participant.finish(participant.take(_do(raises_once)))

    assert outcomes(answers) == ["done"]


@pytest.mark.parametrize(
    ("answer", "outcome"), [(Done({"id": 1}), "done"), (Rejected("toys.no", "no"), "rejected")]
)
def test_a_step_that_was_left_open_is_settled_later(participant, answer, outcome):
    participant.finish(participant.take(_do("timeout")))

    assert _settle(participant, answer) == [outcome]
    assert outcomes(participant.take(_do("timeout")).outgoing) == [outcome]


def test_the_first_definite_answer_wins(participant):
    participant.take(_do())

    assert _settle(participant, Done()) == ["done"]
    assert _settle(participant, Rejected("toys.no", "no")) == []
    assert participant.states() == ["done"]


def test_the_owner_of_a_call_that_was_settled_meanwhile_answers_nothing(participant):
    result = participant.take(_do("refuse"))
    _settle(participant, Done())

    assert outcomes(participant.finish(result)) == []
    assert participant.states() == ["done"]


def test_a_step_that_waited_is_settled_by_its_definite_answer(participant):
    participant.finish(participant.take(_do("wait")))

    assert outcomes(participant.take(_do("wait")).outgoing) == ["waiting"]
    assert _settle(participant, Done()) == ["done"]
    assert outcomes(participant.take(_do("wait")).outgoing) == ["done"]


def test_the_latest_indefinite_answer_is_the_one_repeated(participant):
    participant.take(_do())

    assert _settle(participant, Waiting()) == ["waiting"]
    assert _settle(participant, InDoubt()) == ["in_doubt"]
    assert outcomes(participant.take(_do()).outgoing) == ["in_doubt"]


def test_nothing_is_settled_that_was_never_asked(participant):
    assert _settle(participant, Done()) == []


def test_a_refused_step_is_not_settled(participant):
    participant.finish(participant.take(_do("refuse")))

    assert _settle(participant, Done()) == []


def test_an_undo_may_be_slow_too(participant):
    participant.finish(participant.take(_do()))

    result = participant.take(_undo())

    assert result.outgoing == []
    assert outcomes(participant.finish(result)) == ["undone"]
    assert participant.states() == ["undone"]
    assert outcomes(participant.take(_do()).outgoing) == ["cancelled"]


def test_an_undo_in_doubt_is_settled_later(participant):
    participant.finish(participant.take(_do()))
    participant.finish(participant.take(_undo("timeout")))

    assert participant.states() == ["done"]
    assert _settle(participant, Done(), "undo") == ["undone"]
    assert participant.states() == ["undone"]


def test_an_undo_wins_over_a_call_that_still_runs(participant):
    running = participant.take(_do())
    participant.finish(participant.take(_undo()))

    assert outcomes(participant.finish(running)) == []
    assert participant.states() == ["undone"]


def test_a_call_that_ends_while_its_undo_runs_is_undone(participant):
    running = participant.take(_do())
    undoing = participant.take(_undo())

    assert outcomes(participant.finish(running)) == ["done"]
    assert outcomes(participant.finish(undoing)) == ["undone"]
    assert participant.states() == ["undone"]


def test_slow_and_quick_commands_share_a_batch(participant):
    result = participant.take(command(Take()), _do())

    assert outcomes(result.outgoing) == ["done"]
    assert outcomes(participant.finish(result)) == ["done"]
