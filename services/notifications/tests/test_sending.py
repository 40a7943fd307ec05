"""Administrators send messages of their own."""

import pytest

from libs import ids
from services.notifications.tests.post import BASE, send
from services.notifications.tests.story import messages, register

NUMBER = "+4915112345678"
MAIL = {"to": "ada@example.org", "subject": "Hi", "body": "There"}


def test_a_mail_to_an_address_is_queued_and_found_in_the_history(client, admin):
    answer = send(client, admin, "email", **MAIL)

    (message,) = answer.json["messages"]
    found = client.get(answer.headers["Location"], headers=admin).json
    assert answer.status_code == 202
    assert (found["id"], found["state"]) == (message["id"], "queued")
    assert (found["address"], found["template"]) == ("ada@example.org", None)


def test_a_template_is_filled_with_the_given_data(client, admin):
    data = {"total": "19.00 EUR", "reason": "no reason"}

    answer = send(client, admin, "sms", to=NUMBER, template="order_cancelled", data=data)

    (found,) = messages("sms")
    assert answer.status_code == 202
    assert found.body == "Your order of 19.00 EUR was cancelled: no reason."


def test_a_variable_that_the_data_lack_is_named(client, admin):
    answer = send(client, admin, "sms", to=NUMBER, template="order_cancelled", data={"total": "1"})

    assert (answer.status_code, answer.json["code"]) == (422, "notifications.bad_template")
    assert "'reason' is undefined" in answer.json["detail"]


def test_words_are_never_read_as_a_template(client, admin):
    send(client, admin, "email", **MAIL | {"body": "{{ 7 * 7 }}"})

    assert messages("email")[0].body == "{{ 7 * 7 }}"


def test_a_user_is_reached_at_the_known_address(client, admin):
    user_id = register(email="ada@example.org")

    send(client, admin, "email", user_id=ids.to_text("usr", user_id), subject="Hi", body="There")

    assert messages("email")[-1].address == "ada@example.org"


@pytest.mark.parametrize("channel", ["email", "sms"])
def test_a_user_whose_address_nobody_knows_is_not_reached(client, admin, channel):
    words = {"body": "There"} | ({"subject": "Hi"} if channel == "email" else {})

    answer = send(client, admin, channel, user_id=ids.to_text("usr", ids.uuid7()), **words)

    assert (answer.status_code, answer.json["code"]) == (409, "notifications.no_address")


def test_a_repetition_with_the_same_key_sends_nothing_more(client, admin):
    headers = admin | {"Idempotency-Key": "once"}

    first = client.post(f"{BASE}/email", json=MAIL, headers=headers)
    second = client.post(f"{BASE}/email", json=MAIL, headers=headers)

    assert first.json == second.json
    assert len(messages("email")) == 1


def test_a_template_that_does_not_exist_is_told(client, admin):
    answer = send(client, admin, "push", user_id=ids.to_text("usr", ids.uuid7()), template="party")

    assert answer.status_code == 409

    answer = send(client, admin, "sms", to=NUMBER, template="party")

    assert (answer.status_code, answer.json["code"]) == (404, "notifications.template_not_found")


@pytest.mark.parametrize(
    ("channel", "body"),
    [
        ("email", {"subject": "s", "body": "b"}),
        ("email", MAIL | {"user_id": ids.to_text("usr", ids.uuid7())}),
        ("email", {"to": "ada@example.org"}),
        ("email", {"to": "ada@example.org", "subject": "s"}),
        ("email", MAIL | {"template": "welcome"}),
        ("email", MAIL | {"data": {}}),
        ("email", MAIL | {"topic": "marketing"}),
        ("email", MAIL | {"topic": "orders"}),
        ("email", MAIL | {"to": "ada"}),
        ("email", MAIL | {"to": "ada@example.org\r\nBcc: eve@example.org"}),
        ("email", {"to": "ada@example.org", "template": "welcome", "data": {"x": "y" * 17_000}}),
        ("sms", {"to": "015112345678", "body": "b"}),
        ("sms", {"to": "+4915112345678\n", "body": "b"}),
        ("sms", {"to": NUMBER, "body": "b" * 1601}),
        ("sms", {"to": NUMBER, "body": "b", "subject": "s"}),
        ("push", {"title": "t", "body": "b"}),
    ],
)
def test_what_is_not_one_whole_message_is_refused(client, admin, channel, body):
    assert send(client, admin, channel, **body).status_code == 422


@pytest.mark.parametrize("channel", ["email", "sms", "push"])
def test_only_administrators_send(client, issuer, channel):
    answer = send(client, issuer.user(ids.uuid7()), channel, **MAIL)

    assert answer.status_code == 403
