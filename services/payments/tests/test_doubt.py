"""One charge per key, whatever crashes, stays silent or comes late; every doubt ends."""

import pytest

from libs.db.transaction import reading
from libs.messaging.message import Phase
from services.payments import queries
from services.payments.extension import providers
from services.payments.resolver import resolve_due
from services.payments.tests.money import pass_time, resolve
from services.payments.tests.participant import Leader

ENDED = ("done", "undone")


def end(saga: Leader, step: str, phase: Phase = "do", rounds: int = 6) -> str | None:
    """Resolve until the step has a definite answer."""
    for _ in range(rounds):
        reply = saga.answer(step, phase)
        if reply and reply.outcome in (*ENDED, "rejected"):
            return reply.outcome
        resolve()
    return None


@pytest.mark.parametrize(
    ("token", "outcome", "charges"),
    [
        ("tok_ok", "done", ["authorized"]),
        ("tok_slow", "done", ["authorized"]),
        ("tok_timeout_after_charge", "done", ["authorized"]),
        ("tok_error_500", "done", ["authorized"]),
        ("tok_declined", "rejected", ["declined"]),
    ],
)
def test_every_token_ends_with_at_most_one_charge(saga, books, token, outcome, charges):
    saga.authorize(token)

    assert end(saga, "authorize_payment") == outcome
    assert books.journal_types(saga.order_id) == charges


def test_the_age_of_the_oldest_doubt_is_known(saga):
    saga.authorize("tok_timeout_after_charge")
    with reading() as session:
        doubted = queries.oldest_doubt(session)
    end(saga, "authorize_payment")

    with reading() as session:
        settled = queries.oldest_doubt(session)

    assert doubted > 0
    assert settled == 0


def test_silence_is_reported_as_doubt_and_never_as_failure(saga, books):
    reply = saga.authorize("tok_timeout_after_charge")

    assert reply.outcome == "in_doubt"
    assert books.payment(saga.order_id).state == "pending"


@pytest.mark.parametrize("token", ["tok_ok", "tok_slow", "tok_timeout_after_charge"])
def test_a_worker_that_dies_before_its_call_leaves_it_to_the_resolver(saga, books, token):
    saga.begin(*saga.authorization(token))

    assert end(saga, "authorize_payment") == "done"
    assert books.journal_types(saga.order_id) == ["authorized"]


@pytest.mark.parametrize(
    ("step", "journal"),
    [
        ("authorize_payment", ["authorized"]),
        ("capture_payment", ["authorized", "captured"]),
        ("refund", ["authorized", "captured", "refunded"]),
    ],
)
def test_a_worker_that_dies_after_its_call_leaves_the_outcome_to_the_resolver(
    saga, books, step, journal
):
    steps = [saga.authorization(), saga.capturing(), saga.refunding(500)]
    for command in steps[: len(journal) - 1]:
        saga.tell(*command)
    opened, _ = saga.begin(*steps[len(journal) - 1])
    opened[0].work.call()

    assert end(saga, step) == "done"
    assert books.journal_types(saga.order_id) == journal


def test_a_worker_that_dies_after_its_void_leaves_the_outcome_to_the_resolver(saga, books):
    saga.authorize()
    opened, _ = saga.begin(*saga.voiding(), phase="undo")
    opened[0].work.call()

    assert end(saga, "authorize_payment", "undo") == "undone"
    assert books.journal_types(saga.order_id) == ["authorized", "voided"]


@pytest.mark.parametrize(
    "fault", ["error_before", "error_after", "reset_before", "reset_after", "hang_after", "slow"]
)
def test_every_fault_of_a_capture_ends_with_one_capture(saga, books, provider, fault):
    saga.authorize()
    provider.fail("capture", fault)
    saga.capture()

    assert end(saga, "capture_payment") == "done"
    assert books.journal_types(saga.order_id) == ["authorized", "captured"]
    assert books.balance(saga.order_id) == {"provider": 1999, "sales": -1999}


@pytest.mark.parametrize("fault", ["error_after", "reset_after", "hang_after"])
def test_every_fault_of_a_refund_ends_with_one_refund(saga, books, provider, fault):
    saga.authorize()
    saga.capture()
    provider.fail("refund", fault)

    reply = saga.refund(500)
    held = books.payment(saga.order_id)

    assert reply.outcome == "in_doubt"
    assert (held.refunding, held.refunded) == (500, 0)
    assert end(saga, "refund") == "done"
    assert books.journal_types(saga.order_id)[2:] == ["refunded"]
    assert books.payment(saga.order_id).refunded == 500


def test_a_refund_in_doubt_still_counts_against_the_next(saga, provider):
    saga.authorize()
    saga.capture()
    provider.fail("refund", "error_before")
    saga.refund(1500, step="one")

    reply = saga.refund(500, step="two")

    assert reply.code == "payments.refund_exceeds_capture"


def test_a_query_that_fails_decides_nothing(saga, books, provider):
    saga.authorize("tok_timeout_after_charge")
    provider.fail("find", "error_before")
    resolve()

    assert books.payment(saga.order_id).state == "pending"
    assert end(saga, "authorize_payment") == "done"


def test_a_charge_that_the_query_does_not_see_yet_is_not_made_twice(saga, books, provider):
    provider.fail("create", "error_after")
    saga.authorize()
    provider.fail("find", "unseen")
    resolve()

    assert end(saga, "authorize_payment") == "done"
    assert books.journal_types(saga.order_id) == ["authorized"]


def test_the_resolver_leaves_requests_alone_while_their_sender_may_work(saga, books):
    saga.begin(*saga.authorization())

    assert resolve_due(providers()) == 0
    assert books.journal(saga.order_id) == []


def test_a_repeated_command_in_doubt_is_not_sent_again(saga, books):
    saga.authorize("tok_timeout_after_charge")

    opened, replies = saga.begin(*saga.authorization("tok_timeout_after_charge"))

    assert opened == []
    assert replies[-1].outcome == "in_doubt"


def test_a_void_of_a_doubtful_authorization_finds_and_voids_it(saga, books):
    saga.authorize("tok_timeout_after_charge")

    reply = saga.void()

    assert reply.outcome == "undone"
    assert books.journal_types(saga.order_id) == ["authorized", "voided"]
    assert books.operations(saga.order_id) == [("authorize", "abandoned"), ("void", "done")]


def test_not_found_must_be_seen_twice_with_time_between_before_a_void_is_done(saga, books):
    saga.begin(*saga.authorization())

    outcomes = []
    for seconds in (0, 0, 40, 10):
        pass_time(seconds)
        outcomes.append(saga.void().outcome)

    assert outcomes == ["in_doubt", "in_doubt", "in_doubt", "undone"]
    assert books.payment(saga.order_id).state == "voided"
    assert books.journal(saga.order_id) == []


def test_the_resolver_finishes_a_void_of_what_was_never_made(saga, books):
    saga.begin(*saga.authorization())
    saga.begin(*saga.voiding(), phase="undo")

    assert end(saga, "authorize_payment", "undo") == "undone"
    assert books.journal(saga.order_id) == []


def test_an_authorization_that_lands_between_the_two_looks_is_voided(saga, books):
    opened, _ = saga.begin(*saga.authorization())
    saga.void()
    saga.finish(opened)

    assert end(saga, "authorize_payment", "undo") == "undone"
    assert books.journal_types(saga.order_id) == ["authorized", "voided"]
    assert books.payment(saga.order_id).state == "voided"


def test_an_authorization_that_comes_after_its_void_is_voided_again(saga, books):
    opened, _ = saga.begin(*saga.authorization())
    saga.begin(*saga.voiding(), phase="undo")
    end(saga, "authorize_payment", "undo")
    saga.finish(opened)
    late = books.payment(saga.order_id).state

    resolve()

    assert late == "voiding"
    assert books.journal_types(saga.order_id) == ["authorized", "voided"]
    assert books.payment(saga.order_id).state == "voided"


def test_a_void_of_a_declined_authorization_in_doubt_is_done(saga, books, provider):
    provider.fail("create", "error_after")
    saga.authorize("tok_declined")

    assert saga.void().outcome == "undone"
    assert books.journal_types(saga.order_id) == ["declined"]


def test_a_void_that_meets_an_unknown_capture_gives_the_money_back(saga, books, provider):
    saga.authorize()
    provider.fail("capture", "error_after")
    saga.capture()

    saga.void()

    assert end(saga, "authorize_payment", "undo") == "undone"
    assert books.journal_types(saga.order_id) == ["authorized", "captured", "refunded"]
    assert books.balance(saga.order_id) == {"provider": 0, "sales": 0}


def test_a_capture_of_an_authorization_that_was_voided_there_is_rejected(saga, books, provider):
    saga.authorize()
    intent = books.payment(saga.order_id).intent_ref
    provider.call("POST", f"/intents/{intent}/void", {}, key=f"bank-{intent}")

    reply = saga.capture()

    assert (reply.outcome, reply.code) == ("rejected", "payments.capture_refused")
    assert saga.void().outcome == "undone"


def test_the_provider_being_down_for_a_while_loses_nothing(saga, books, provider):
    provider.kill()
    down = saga.authorize()
    resolve()
    provider.start()

    assert down.outcome == "in_doubt"
    assert end(saga, "authorize_payment") == "done"
    assert books.journal_types(saga.order_id) == ["authorized"]


@pytest.mark.parametrize(
    ("action", "outcome", "code"),
    [("complete", "done", None), ("refuse", "rejected", "payments.declined")],
)
def test_the_buyers_action_is_waited_for_and_found_by_asking(
    saga, books, provider, action, outcome, code
):
    asked = saga.authorize("tok_requires_action")
    resolve()
    still = saga.answer("authorize_payment")
    intent = books.payment(saga.order_id).intent_ref
    provider.call("POST", f"/intents/{intent}/{action}")

    resolve()

    reply = saga.answer("authorize_payment")
    assert asked.outcome == still.outcome == "waiting"
    assert f"/intents/{intent}/action" in bytes(asked.output["action_url"]).decode()
    assert (reply.outcome, reply.code) == (outcome, code)


def test_a_void_while_the_buyer_is_asked_ends_the_asking(saga, books, provider):
    saga.authorize("tok_requires_action")
    intent = books.payment(saga.order_id).intent_ref

    reply = saga.void()

    assert reply.outcome == "undone"
    assert provider.call("POST", f"/intents/{intent}/complete")[0] == 409


def test_a_request_whose_answer_speaks_of_other_money_is_not_believed(saga, books, app, provider):
    opened, _ = saga.begin(*saga.authorization())
    key = opened[0].work.call.args[1].key
    body = {"reference": str(saga.order_id), "amount": 1, "currency": "EUR", "token": "tok_ok"}
    provider.call("POST", "/intents", body, key=key)

    resolve()

    assert books.payment(saga.order_id).state == "pending"
    assert [event.verdict for event in books.events()] == ["quarantined"]
