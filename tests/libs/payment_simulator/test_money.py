"""The simulator's own rules: each key moves money once, and never more than there is."""

from uuid import uuid4

import pytest
import urllib3

from libs.testing.servers.payment_simulator import PaymentSimulator


def order(card: str = "tok_ok", amount: int = 1999) -> dict[str, object]:
    return {"reference": f"{uuid4()}", "amount": amount, "currency": "EUR", "token": card}


def authorized(provider: PaymentSimulator) -> str:
    _, event = provider.call("POST", "/intents", order(), key=f"{uuid4()}")
    intent_id: str = event["intent"]["id"]
    return intent_id


def captured(provider: PaymentSimulator) -> str:
    intent_id = authorized(provider)
    provider.call("POST", f"/intents/{intent_id}/capture", {"amount": 1999}, key=f"{uuid4()}")
    return intent_id


def test_one_key_authorizes_once(provider):
    body, key = order(), f"{uuid4()}"

    answers = [provider.call("POST", "/intents", body, key=key) for _ in range(3)]

    assert answers[0][0] == 200
    assert answers[0] == answers[1] == answers[2]
    assert [event.key for event in provider.journal()].count(key) == 1


def test_a_key_with_another_body_is_a_conflict(provider):
    key = f"{uuid4()}"
    provider.call("POST", "/intents", order(), key=key)

    status, problem = provider.call("POST", "/intents", order(), key=key)

    assert (status, problem["code"]) == (409, "key_reused")


def test_a_request_without_a_key_is_refused(provider):
    assert provider.call("POST", "/intents", order())[0] == 400


def test_a_declined_card_stays_declined_under_its_key(provider):
    body, key = order("tok_declined"), f"{uuid4()}"

    _, first = provider.call("POST", "/intents", body, key=key)
    _, second = provider.call("POST", "/intents", body, key=key)

    assert first["type"] == "intent.declined"
    assert first["intent"]["authorized"] == 0
    assert second == first


def test_a_capture_above_the_authorization_is_refused(provider):
    intent_id = authorized(provider)

    answer = provider.call("POST", f"/intents/{intent_id}/capture", {"amount": 2000}, key="above")

    assert answer[0] == 409
    assert answer[1]["code"] == "above_authorized"


def test_a_refund_above_the_capture_is_refused(provider):
    path = f"/intents/{captured(provider)}/refund"
    provider.call("POST", path, {"amount": 1500}, key=f"{uuid4()}")

    status, problem = provider.call("POST", path, {"amount": 500}, key=f"{uuid4()}")

    assert (status, problem["code"]) == (409, "above_captured")


def test_a_captured_intent_cannot_be_voided(provider):
    intent_id = captured(provider)

    status, problem = provider.call("POST", f"/intents/{intent_id}/void", {}, key=f"{uuid4()}")

    assert (status, problem["code"]) == (409, "captured")


def test_a_voided_intent_cannot_be_captured(provider):
    intent_id = authorized(provider)
    provider.call("POST", f"/intents/{intent_id}/void", {}, key=f"{uuid4()}")

    status, problem = provider.call(
        "POST", f"/intents/{intent_id}/capture", {"amount": 1}, key=f"{uuid4()}"
    )

    assert (status, problem["code"]) == (409, "voided")


def test_a_request_is_found_by_its_key_and_by_its_intent(provider):
    key = f"{uuid4()}"
    _, event = provider.call("POST", "/intents", order(), key=key)

    by_key = provider.call("GET", f"/operations/{key}")
    by_id = provider.call("GET", f"/intents/{event['intent']['id']}")

    assert by_key == (200, event)
    assert by_id == (200, event["intent"])


def test_an_unknown_key_is_not_found(provider):
    assert provider.call("GET", "/operations/nobody")[0] == 404


@pytest.mark.parametrize(("action", "status"), [("complete", "authorized"), ("refuse", "declined")])
def test_the_buyer_decides_an_intent_that_requires_action(provider, action, status):
    key = f"{uuid4()}"
    _, event = provider.call("POST", "/intents", order("tok_requires_action"), key=key)
    path = f"/intents/{event['intent']['id']}"

    first = provider.call("POST", f"{path}/{action}")
    again = provider.call("POST", f"{path}/{action}")

    assert event["intent"]["action_url"] == f"{provider.url}{path}/action"
    assert first == again
    assert provider.call("GET", f"/operations/{key}")[1]["intent"]["status"] == status


def test_the_buyer_cannot_change_the_decision(provider):
    _, event = provider.call("POST", "/intents", order("tok_requires_action"), key=f"{uuid4()}")
    path = f"/intents/{event['intent']['id']}"
    provider.call("POST", f"{path}/refuse")

    assert provider.call("POST", f"{path}/complete")[0] == 409


def test_the_buyer_is_asked_on_a_page_with_two_buttons(provider):
    _, event = provider.call("POST", "/intents", order("tok_requires_action"), key=f"{uuid4()}")
    path = f"/intents/{event['intent']['id']}"

    asking = urllib3.request("GET", f"{provider.url}{path}/action", timeout=5)
    pressed = urllib3.request(
        "POST", f"{provider.url}{path}/complete", headers={"accept": "text/html"}, timeout=5
    )

    assert f'action="{path}/complete"'.encode() in asking.data
    assert f'action="{path}/refuse"'.encode() in asking.data
    assert b"This payment is authorized" in pressed.data


def test_tokens_are_not_kept(provider):
    provider.call("POST", "/intents", order(), key=f"{uuid4()}")

    assert b"tok_ok" not in provider.journal_path.read_bytes()


def test_the_journal_survives_kill_9(provider):
    key, body = f"{uuid4()}", order()
    _, event = provider.call("POST", "/intents", body, key=key)
    provider.kill()
    with provider.journal_path.open("ab") as file:
        file.write(b'{"sequence": 1, "torn')
    provider.start()

    repeated = provider.call("POST", "/intents", body, key=key)
    capture = provider.call(
        "POST", f"/intents/{event['intent']['id']}/capture", {"amount": 1999}, key=f"{uuid4()}"
    )

    assert repeated == (200, event)
    assert capture[1]["intent"]["captured"] == 1999
    assert provider.journal()[-1].type == "intent.captured"
