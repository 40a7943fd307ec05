"""Payments as a participant: what each command does to money when nothing goes wrong."""

import pytest

from libs.contracts.payments import AuthorizePayment
from libs.db.base import db
from libs.ids import uuid7
from services.payments.tests.participant import Leader


def test_an_authorization_holds_the_amount(saga, books):
    reply = saga.authorize()

    payment = books.payment(saga.order_id)
    assert reply.outcome == "done"
    assert (payment.state, payment.authorized, payment.captured) == ("authorized", 1999, 0)
    assert books.journal_types(saga.order_id) == ["authorized"]


def test_a_capture_takes_it_and_both_sides_are_in_the_ledger(saga, books):
    saga.authorize()

    reply = saga.capture()

    payment = books.payment(saga.order_id)
    assert reply.outcome == "done"
    assert (payment.state, payment.captured) == ("captured", 1999)
    assert books.balance(saga.order_id) == {"provider": 1999, "sales": -1999}
    assert books.journal_types(saga.order_id) == ["authorized", "captured"]


def test_a_declined_card_is_a_rejection_and_frees_the_order(saga, books, app):
    reply = saga.authorize("tok_declined")

    again = Leader(app, order_id=saga.order_id).authorize()

    assert (reply.outcome, reply.code) == ("rejected", "payments.declined")
    assert again.outcome == "done"
    assert books.journal_types(saga.order_id) == ["declined", "authorized"]


def test_a_void_lets_go_of_the_authorization(saga, books):
    saga.authorize()

    reply = saga.void()

    assert reply.outcome == "undone"
    assert books.payment(saga.order_id).state == "voided"
    assert books.journal_types(saga.order_id) == ["authorized", "voided"]
    assert books.balance(saga.order_id) == {}


def test_a_void_after_the_capture_gives_the_money_back(saga, books):
    saga.authorize()
    saga.capture()

    reply = saga.void()

    payment = books.payment(saga.order_id)
    assert reply.outcome == "undone"
    assert (payment.captured, payment.refunded, payment.refunding) == (1999, 1999, 0)
    assert books.balance(saga.order_id) == {"provider": 0, "sales": 0}


def test_a_void_of_nothing_is_done(app):
    saga = Leader(app)

    assert saga.void().outcome == "undone"


def test_an_order_has_one_payment_at_a_time(saga, app):
    saga.authorize()

    reply = Leader(app, order_id=saga.order_id).authorize()

    assert (reply.outcome, reply.code) == ("rejected", "payments.already_paying")


def test_nothing_is_captured_that_was_not_authorized(saga):
    reply = saga.capture()

    assert (reply.outcome, reply.code) == ("rejected", "payments.nothing_authorized")


def test_an_order_that_costs_nothing_needs_no_provider(app, books):
    saga = Leader(app, amount=0)

    replies = [saga.authorize(), saga.capture()]

    assert [reply.outcome for reply in replies] == ["done", "done"]
    assert books.payment(saga.order_id).state == "captured"
    assert books.journal(saga.order_id) == []


def test_an_order_that_costs_nothing_can_be_given_up(app, books):
    saga = Leader(app, amount=0)
    saga.authorize()

    assert saga.void().outcome == "undone"
    assert books.payment(saga.order_id).state == "voided"


@pytest.mark.parametrize(("amount", "currency"), [(-1, "EUR"), (100, "euro"), (100, "€€€")])
def test_an_amount_that_is_none_is_rejected(app, amount, currency):
    saga = Leader(app, amount=amount, currency=currency)

    reply = saga.authorize()

    assert (reply.outcome, reply.code) == ("rejected", "payments.bad_amount")


def test_an_unknown_provider_is_rejected(saga):
    command = AuthorizePayment(
        order_id=saga.order_id, provider="bank", token="tok_ok", amount_minor=1, currency="EUR"
    )

    reply = saga.tell("authorize_payment", command)

    assert (reply.outcome, reply.code) == ("rejected", "payments.unknown_provider")


def test_an_unknown_token_is_declined(saga):
    reply = saga.authorize("tok_stolen")

    assert (reply.outcome, reply.code) == ("rejected", "payments.declined")


def test_the_token_is_forgotten_once_the_outcome_is_known(saga, app):
    saga.authorize()

    with db.engine.connect() as connection:
        requests = connection.exec_driver_sql("SELECT request FROM operation").scalars().all()

    assert requests == [None]


def test_refunds_add_up_to_what_was_captured(saga, books):
    saga.authorize()
    saga.capture()

    replies = [saga.refund(1500, step="one"), saga.refund(499, step="two")]

    payment = books.payment(saga.order_id)
    assert [reply.outcome for reply in replies] == ["done", "done"]
    assert (payment.status, payment.refunded) == ("refunded", 1999)
    assert books.journal_types(saga.order_id)[2:] == ["refunded", "refunded"]
    assert books.balance(saga.order_id) == {"provider": 0, "sales": 0}


def test_a_refund_above_the_capture_is_rejected(saga, books):
    saga.authorize()
    saga.capture()
    saga.refund(1500, step="one")

    reply = saga.refund(500, step="two")

    assert (reply.outcome, reply.code) == ("rejected", "payments.refund_exceeds_capture")
    assert books.payment(saga.order_id).refunded == 1500


def test_a_refund_before_the_capture_is_rejected(saga):
    saga.authorize()

    reply = saga.refund(1)

    assert (reply.outcome, reply.code) == ("rejected", "payments.refund_exceeds_capture")


def test_a_return_is_refunded_once(saga, books, app):
    return_id = uuid7()
    saga.authorize()
    saga.capture()
    saga.refund(500, return_id)

    reply = Leader(app, order_id=saga.order_id).refund(500, return_id)

    assert (reply.outcome, reply.code) == ("rejected", "payments.already_refunded")
    assert books.payment(saga.order_id).refunded == 500


def test_a_refund_in_another_currency_is_rejected(saga):
    saga.authorize()
    saga.capture()
    saga.currency = "USD"

    reply = saga.refund(100)

    assert (reply.outcome, reply.code) == ("rejected", "payments.refund_exceeds_capture")
