"""What is forgotten of orders whose buyer was erased: all but the money."""

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from libs.contracts.orders import OrdersPseudonymized
from libs.db.transaction import reading, transaction
from libs.ids import uuid7
from services.payments.tasks import forget_buyers

AMOUNTS = "SELECT amount, authorized, captured, refunded, state, intent_ref FROM payment"


def _all(query: str) -> list[tuple[Any, ...]]:
    with reading() as session:
        return [tuple(row) for row in session.execute(text(query))]


@pytest.fixture
def paid(saga):
    saga.authorize()
    saga.capture()
    return saga.order_id


def _forget(order_id: UUID) -> None:
    with transaction() as session:
        forget_buyers(session, OrdersPseudonymized(order_ids=(order_id,)))


def test_a_providers_words_go_and_the_money_stays(paid):
    before, ledger = _all(AMOUNTS), _all("SELECT * FROM ledger_entry ORDER BY id")
    assert any(raw for (raw,) in _all("SELECT raw FROM payment_event"))

    _forget(paid)

    assert {raw for (raw,) in _all("SELECT raw FROM payment_event")} == {""}
    assert _all("SELECT request FROM operation WHERE request IS NOT NULL") == []
    assert _all(AMOUNTS) == before
    assert _all("SELECT * FROM ledger_entry ORDER BY id") == ledger


def test_payments_of_others_keep_their_evidence(paid):
    before = _all("SELECT raw FROM payment_event ORDER BY id")

    _forget(uuid7())

    assert _all("SELECT raw FROM payment_event ORDER BY id") == before


@pytest.mark.parametrize(
    "change", ["raw = 'other'", "raw = '', amount = 1", "raw = '', reason = 'x'"]
)
def test_evidence_may_be_emptied_and_not_rewritten(paid, change):
    with pytest.raises(DBAPIError, match="append-only"), transaction() as session:
        session.execute(text(f"UPDATE payment_event SET {change}"))  # noqa: S608  # constants
