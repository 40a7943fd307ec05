"""The simulator misbehaves exactly as it was told to."""

import time
from uuid import uuid4

import pytest
from urllib3.exceptions import HTTPError

from tests.libs.payment_simulator.test_money import authorized, order


@pytest.mark.parametrize("attempts", [3])
def test_tok_error_500_fails_twice_without_doing_the_work(provider, attempts):
    key, body = f"{uuid4()}", order("tok_error_500")

    answers = [provider.call("POST", "/intents", body, key=key)[0] for _ in range(attempts)]

    assert answers == [500, 500, 200]
    assert [event.key for event in provider.journal()].count(key) == 1


def test_tok_timeout_after_charge_does_the_work_and_says_nothing(provider):
    key, body = f"{uuid4()}", order("tok_timeout_after_charge")

    with pytest.raises(HTTPError):
        provider.call("POST", "/intents", body, key=key)

    assert provider.call("GET", f"/operations/{key}")[1]["type"] == "intent.authorized"
    assert provider.call("POST", "/intents", body, key=key)[0] == 200


def test_tok_slow_answers_late(provider):
    started = time.monotonic()

    status, _ = provider.call("POST", "/intents", order("tok_slow"), key=f"{uuid4()}")

    assert status == 200
    assert time.monotonic() - started >= 0.3


def test_a_slow_answer_keeps_nobody_else_waiting(provider):
    provider.fail("find", "hang_after")
    provider.call("POST", "/intents", order(), key="waiting")
    with pytest.raises(HTTPError):
        provider.call("GET", "/operations/waiting")

    started = time.monotonic()
    provider.call("GET", "/livez")

    assert time.monotonic() - started < 0.3


@pytest.mark.parametrize(
    ("fault", "done"),
    [("error_before", 0), ("error_after", 1), ("reset_before", 0), ("reset_after", 1)],
)
def test_an_ordered_fault_strikes_once_before_or_after_the_work(provider, fault, done):
    path, key = f"/intents/{authorized(provider)}/capture", f"{uuid4()}"
    provider.fail("capture", fault)

    if fault.startswith("reset"):
        with pytest.raises(HTTPError):
            provider.call("POST", path, {"amount": 1999}, key=key)
    else:
        assert provider.call("POST", path, {"amount": 1999}, key=key)[0] == 500

    assert [event.key for event in provider.journal()].count(key) == done
    assert provider.call("POST", path, {"amount": 1999}, key=key)[0] == 200


def test_a_fault_by_header_strikes_that_request(provider):
    headers = {"simulator-fault": "error_after"}

    status, _ = provider.call("POST", "/intents", order(), key=f"{uuid4()}", **headers)

    assert status == 500


def test_unseen_work_is_found_later(provider):
    key = f"{uuid4()}"
    provider.fail("create", "unseen")
    provider.call("POST", "/intents", order(), key=key)

    early = provider.call("GET", f"/operations/{key}")[0]
    time.sleep(0.6)

    assert early == 404
    assert provider.call("GET", f"/operations/{key}")[0] == 200


def test_a_query_can_be_told_to_find_nothing(provider):
    key = f"{uuid4()}"
    provider.call("POST", "/intents", order(), key=key)
    provider.fail("find", "unseen")

    statuses = [provider.call("GET", f"/operations/{key}")[0] for _ in range(2)]

    assert statuses == [404, 200]


def test_an_unknown_fault_is_refused(provider):
    answer = provider.call("POST", "/faults", {"operation": "create", "fault": "melt"})

    assert answer[0] == 422
