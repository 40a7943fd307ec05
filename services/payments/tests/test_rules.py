"""Rules without I/O."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from libs.ids import uuid7
from libs.messaging.message import SagaKey
from libs.settings import SettingsError
from services.payments.rules import (
    Evidence,
    Instruction,
    mismatch,
    next_look,
    payment_status,
    provider_key,
)
from services.payments.settings import PaymentsSettings

SAGA = SagaKey(uuid7(), "authorize_payment", 0, "do", 0)
INSTRUCTION = Instruction(
    id=uuid7(),
    payment_id=uuid7(),
    order_id=uuid7(),
    provider="simulator",
    kind="capture",
    key="key",
    amount=1999,
    currency="EUR",
    request="{}",
    saga=SAGA,
    intent_ref="int_1",
)
EVIDENCE = Evidence(
    event_id="evt_1",
    key="key",
    outcome="captured",
    intent_ref="int_1",
    reference=str(INSTRUCTION.order_id),
    amount=1999,
    currency="EUR",
    occurred_at=datetime(2025, 1, 1, tzinfo=UTC),
    raw="{}",
)


def test_what_was_asked_for_is_believed():
    assert mismatch(INSTRUCTION, EVIDENCE) is None


@pytest.mark.parametrize(
    "change",
    [
        {"outcome": "refunded"},
        {"reference": "another"},
        {"currency": "USD"},
        {"amount": 1998},
        {"intent_ref": "int_2"},
    ],
)
def test_what_speaks_of_other_money_is_not(change):
    assert mismatch(INSTRUCTION, replace(EVIDENCE, **change))


def test_a_request_does_not_show_its_token():
    assert "tok_secret" not in repr(replace(INSTRUCTION, request='{"token":"tok_secret"}'))


def test_the_attempt_has_no_part_in_the_key():
    retried = provider_key(SagaKey(SAGA.saga, SAGA.step, 0, "do", 7), "capture")

    assert retried == provider_key(SAGA, "capture")


def test_another_generation_or_kind_is_another_key():
    keys = {
        provider_key(SAGA, "authorize"),
        provider_key(SAGA, "void"),
        provider_key(SagaKey(SAGA.saga, SAGA.step, 1, "do", 0), "authorize"),
    }

    assert len(keys) == 3


def test_the_provider_is_asked_less_and_less_often():
    waits = [next_look(tries, waits_for_buyer=False) for tries in range(9)]

    assert waits == sorted(waits)
    assert waits[0] == 1.0
    assert waits[-1] == 60.0


@pytest.mark.parametrize(
    ("refunded", "status"), [(0, "captured"), (1, "partially_refunded"), (10, "refunded")]
)
def test_refunds_are_part_of_the_status(refunded, status):
    assert payment_status("captured", 10, refunded) == status


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("ARGOSY_PAYMENTS_SIMULATOR_WEBHOOK_SECRETS", "whsec_c2hvcnQ="),
        ("ARGOSY_PAYMENTS_SIMULATOR_WEBHOOK_SECRETS", "secret"),
        ("ARGOSY_PAYMENTS_PROVIDERS", "simulator,bank"),
        ("ARGOSY_PAYMENTS_SIMULATOR_URL", ""),
    ],
)
def test_settings_that_cannot_work_are_refused_at_the_start(variable, value):
    environ = {"ARGOSY_PAYMENTS_SIMULATOR_URL": "http://127.0.0.1:1", variable: value}

    with pytest.raises(SettingsError, match=variable):
        PaymentsSettings.from_env(environ)


def test_the_secrets_of_webhooks_are_not_shown():
    secret = f"whsec_{'A' * 32}"

    told = PaymentsSettings(simulator_url="http://localhost", simulator_webhook_secrets=(secret,))

    assert secret not in repr(told)
