"""Texts through Twilio: what it accepts, what it refuses, and what it tells later."""

from contextlib import contextmanager
from typing import Any
from uuid import UUID

import pytest

from libs import ids
from libs.testing.message_providers.twilio import INVALID, UNSUBSCRIBED, twilio_server
from services.notifications.channels.twilio import sign
from services.notifications.tests.post import BASE, sent
from services.notifications.tests.story import attempts, deliver, messages, pass_time

NUMBER = "+4915112345678"
PUBLIC = "https://shop.example.org"


@pytest.fixture
def post(service_app):
    """`post(*acts)` is the service with a Twilio that plays these acts."""

    @contextmanager
    def running(*acts, **settings):
        with twilio_server(*acts) as server:
            api: Any = server
            usual = {
                "ARGOSY_NOTIFICATIONS_TWILIO_ACCOUNT": api.account,
                "ARGOSY_NOTIFICATIONS_TWILIO_TOKEN": api.token,
                "ARGOSY_NOTIFICATIONS_TWILIO_SENDER": "+15005550006",
                "ARGOSY_NOTIFICATIONS_TWILIO_URL": api.url,
                "ARGOSY_NOTIFICATIONS_PUBLIC_URL": PUBLIC,
            }
            app = service_app("notifications", **(usual | settings))
            with app.app_context():
                api.client = app.test_client()
                yield api

    return running


def tell(api: Any, message_id: UUID, status: str, *, token: str = "", **more: str) -> Any:
    """Post the status of a text as Twilio does, or a little differently."""
    path = f"{BASE}/feedback/twilio/{ids.to_text('msg', message_id)}"
    form = {"MessageSid": "SM1", "MessageStatus": status, "AccountSid": api.account} | more
    signature = sign(token or api.token, f"{PUBLIC}{path}", form)
    return api.client.post(path, data=form, headers={"X-Twilio-Signature": signature})


def test_a_text_is_handed_over_with_the_address_for_its_status(post, admin):
    with post() as api:
        found = sent(api.client, admin, "sms", to=NUMBER, body="Hi")

    (accepted,) = api.accepted
    assert (found.state, found.provider) == ("delivered", "twilio")
    assert found.reference.startswith("SM")
    assert accepted == {
        "To": NUMBER,
        "From": "+15005550006",
        "Body": "Hi",
        "StatusCallback": f"{PUBLIC}{BASE}/feedback/twilio/{ids.to_text('msg', found.id)}",
    }


def test_a_messaging_service_may_send_instead_of_a_number(post, admin):
    with post(ARGOSY_NOTIFICATIONS_TWILIO_SENDER="MG01", ARGOSY_NOTIFICATIONS_PUBLIC_URL="") as api:
        sent(api.client, admin, "sms", to=NUMBER, body="Hi")

    assert api.accepted == [{"To": NUMBER, "MessagingServiceSid": "MG01", "Body": "Hi"}]


@pytest.mark.parametrize(("number", "code"), [(INVALID, "21211"), (UNSUBSCRIBED, "21610")])
def test_a_number_that_cannot_be_reached_is_final(post, admin, number, code):
    with post() as api:
        found = sent(api.client, admin, "sms", to=number, body="Hi")
        tries = attempts(found.id)

    assert found.state == "failed"
    assert str(tries[0][1]).startswith(f"400 {code} ")


@pytest.mark.parametrize("status", [401, 404, 429, 500])
def test_a_fault_that_may_pass_is_tried_again(post, admin, status):
    with post(status) as api:
        first = sent(api.client, admin, "sms", to=NUMBER, body="Hi")
        pass_time(first.id, 31)
        second = deliver(first.id)

    assert (first.state, second.state, len(api.accepted)) == ("queued", "delivered", 1)


def test_a_text_that_failed_on_its_way_is_told(post, admin):
    with post() as api:
        found = sent(api.client, admin, "sms", to=NUMBER, body="Hi")
        answers = [tell(api, found.id, "undelivered", ErrorCode="30003").json for _ in range(2)]
        path = f"{BASE}/{ids.to_text('msg', found.id)}/feedback"
        told = api.client.get(path, headers=admin).json["data"]
        (message,) = messages("sms")

    assert answers == [{"taken": 1}, {"taken": 0}]
    assert [(one["kind"], one["detail"]) for one in told] == [("bounced", "undelivered 30003")]
    assert message.state == "bounced"


def test_a_text_that_arrived_is_told(post, admin):
    with post() as api:
        found = sent(api.client, admin, "sms", to=NUMBER, body="Hi")
        answers = [tell(api, found.id, status).json for status in ("queued", "sent", "delivered")]

    assert answers == [{"taken": 0}, {"taken": 0}, {"taken": 1}]


def test_a_status_for_another_message_than_the_signed_one_is_refused(post, admin):
    with post() as api:
        first = sent(api.client, admin, "sms", to=NUMBER, body="Hi")
        path = f"{BASE}/feedback/twilio/{ids.to_text('msg', ids.uuid7())}"
        form = {"MessageSid": "SM1", "MessageStatus": "failed"}
        signature = sign(api.token, f"{PUBLIC}{path}", form)
        answer = api.client.post(
            f"{BASE}/feedback/twilio/{ids.to_text('msg', first.id)}",
            data=form,
            headers={"X-Twilio-Signature": signature},
        )

    assert answer.status_code == 400


@pytest.mark.parametrize("token", ["wrong-token"])
def test_a_status_that_somebody_else_signed_is_refused(post, admin, token):
    with post() as api:
        found = sent(api.client, admin, "sms", to=NUMBER, body="Hi")
        answer = tell(api, found.id, "failed", token=token)
        (message,) = messages("sms")

    assert (answer.status_code, message.state) == (400, "delivered")


def test_the_signature_is_the_documented_one():
    form = {
        "CallSid": "CA1234567890ABCDE",
        "Caller": "+12349013030",
        "Digits": "1234",
        "From": "+12349013030",
        "To": "+18005551212",
    }

    made = sign("12345", "https://mycompany.com/myapp.php?foo=1&bar=2", form)

    assert made == "0/KCTR6DLpKmkAf8muzZqo1nDgQ="
