"""The ledger and the event log cannot be changed, and the ledger always balances."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError

from libs.db.transaction import transaction
from libs.ids import uuid7

ENTRY = text(
    "INSERT INTO ledger_entry (tx_id, payment_id, account, amount, currency)"
    " VALUES (:tx, :payment, :account, :amount, :currency)"
)


@pytest.fixture
def paid(saga, books):
    saga.authorize()
    saga.capture()
    return books.payment(saga.order_id).id


@pytest.mark.parametrize("table", ["ledger_entry", "payment_event"])
@pytest.mark.parametrize(
    "change", ["UPDATE {} SET amount = amount + 1", "DELETE FROM {}", "TRUNCATE {}"]
)
def test_what_is_written_stays(paid, table, change):
    with pytest.raises(DBAPIError, match="append-only"), transaction() as session:
        session.execute(text(change.format(table)))


def test_a_transaction_that_does_not_balance_is_refused_at_its_commit(paid):
    entry = {"tx": uuid7(), "payment": paid, "account": "sales", "amount": 5, "currency": "EUR"}

    with pytest.raises(IntegrityError, match="sum to zero"), transaction() as session:
        session.execute(ENTRY, entry)


def test_currencies_do_not_balance_each_other(paid):
    tx = uuid7()
    sides = [
        {"tx": tx, "payment": paid, "account": "sales", "amount": 5, "currency": "EUR"},
        {"tx": tx, "payment": paid, "account": "provider", "amount": -5, "currency": "USD"},
    ]

    with pytest.raises(IntegrityError, match="sum to zero"), transaction() as session:
        session.execute(ENTRY, sides)


@pytest.mark.parametrize(
    "change",
    [
        "captured = authorized + 1",
        "refunded = captured + 1",
        "refunding = captured - refunded + 1",
        "authorized = amount + 1",
        "refunded = -1",
        "state = 'paid'",
    ],
)
def test_a_payment_cannot_hold_more_than_was_granted(paid, change):
    with pytest.raises(IntegrityError), transaction() as session:
        session.execute(text(f"UPDATE payment SET {change}"))  # noqa: S608 - the test's own text
