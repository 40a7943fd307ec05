"""Mail through SendGrid: what it accepts, what it refuses, and what it tells later."""

from contextlib import contextmanager
from typing import Any

import msgspec
import pytest

from libs import ids
from libs.testing.message_providers.sendgrid import bounce, event, sendgrid_server
from services.notifications.channels import http
from services.notifications.tests.post import BASE, sent
from services.notifications.tests.story import attempts, deliver, mail, messages, pass_time


@pytest.fixture
def post(service_app):
    """`post(*acts)` is the service with a SendGrid that plays these acts."""

    @contextmanager
    def running(*acts, **settings):
        with sendgrid_server(*acts) as server:
            api: Any = server
            usual = {
                "ARGOSY_NOTIFICATIONS_SENDGRID_KEY": api.key,
                "ARGOSY_NOTIFICATIONS_SENDGRID_URL": api.url,
                "ARGOSY_NOTIFICATIONS_SENDGRID_WEBHOOK_KEY": api.public_key,
                "ARGOSY_NOTIFICATIONS_SENDER": "Shop <shop@example.com>",
            }
            app = service_app("notifications", **(usual | settings))
            with app.app_context():
                api.client = app.test_client()
                yield api

    return running


def tell(api: Any, *events: Any, **headers: str) -> Any:
    """Post these events as the webhook does, or a little differently."""
    body = msgspec.json.encode(events)
    signed = api.sign(body) | headers
    return api.client.post(
        f"{BASE}/feedback/sendgrid", data=body, headers=signed, content_type="application/json"
    )


def test_a_mail_is_handed_over_with_text_markup_and_its_own_id(post):
    with post() as api:
        found = deliver(mail())

    (accepted,) = api.accepted
    (person,) = accepted["personalizations"]
    assert found.state == "delivered"
    assert person["to"] == [{"email": "ada@example.org"}]
    assert person["custom_args"] == {"message_id": ids.to_text("msg", found.id)}
    assert accepted["from"] == {"email": "shop@example.com", "name": "Shop"}
    assert [one["type"] for one in accepted["content"]] == ["text/plain", "text/html"]


def test_the_providers_own_id_is_kept_with_the_message(post):
    with post():
        found = deliver(mail())

    assert found.provider == "sendgrid"
    assert len(found.reference) == 22


@pytest.mark.parametrize("status", [401, 403, 429, 500, 503])
def test_a_fault_that_may_pass_is_tried_again(post, status):
    with post(status) as api:
        message_id = mail()
        first = deliver(message_id)
        pass_time(message_id, 31)
        second = deliver(message_id)
        tries = attempts(message_id)

    assert (first.state, second.state, len(api.accepted)) == ("queued", "delivered", 1)
    assert tries[0] == ("retry", f"{status} as the script says")


@pytest.mark.parametrize("status", [400, 413])
def test_a_mail_that_it_will_never_take_is_final(post, status):
    with post(status) as api:
        found = deliver(mail())

    assert (found.state, api.accepted) == ("failed", [])


def test_a_wrong_key_is_told_and_tried_again(post):
    with post(ARGOSY_NOTIFICATIONS_SENDGRID_KEY="SG.wrong"):
        message_id = mail()
        found = deliver(message_id)
        tries = attempts(message_id)

    assert found.state == "queued"
    assert str(tries[0][1]).startswith("401 The provided authorization grant is invalid")


def test_silence_costs_no_more_than_the_deadline_and_is_tried_again(post, monkeypatch):
    monkeypatch.setattr(http, "ANSWER_SECONDS", 0.3)
    with post("silence"):
        message_id = mail()
        found = deliver(message_id)
        tries = attempts(message_id)

    assert found.state == "queued"
    assert tries == [("retry", "no answer: ReadTimeoutError")]


def test_a_bounce_ends_the_use_of_the_address(post, admin):
    with post() as api:
        first = deliver(mail())
        answer = tell(api, bounce(ids.to_text("msg", first.id)))
        second = sent(api.client, admin, "email", to="ADA@example.org", subject="s", body="b")
        listed = api.client.get(f"{BASE}/suppressions", headers=admin).json["data"]
        states = [message.state for message in messages("email")]
        tries = attempts(second.id)

    assert answer.json == {"taken": 1}
    assert states == ["bounced", "failed"]
    assert tries == [("refused", "the address is not used any more: it bounced")]
    assert [(one["address"], one["reason"]) for one in listed] == [("ada@example.org", "bounced")]
    assert len(api.accepted) == 1


def test_an_address_may_be_used_again_once_an_administrator_says_so(post, admin):
    with post() as api:
        first = deliver(mail())
        tell(api, bounce(ids.to_text("msg", first.id)))
        path = f"{BASE}/suppressions?channel=email&address=Ada@example.org"
        answers = [api.client.delete(path, headers=admin).status_code for _ in range(2)]
        second = sent(api.client, admin, "email", to="ada@example.org", subject="s", body="b")

    assert (answers, second.state) == ([204, 404], "delivered")


def test_a_server_that_blocks_today_does_not_end_the_use_of_the_address(post, admin):
    with post() as api:
        first = deliver(mail())
        tell(api, bounce(ids.to_text("msg", first.id), type="blocked"))
        listed = api.client.get(f"{BASE}/suppressions", headers=admin).json["data"]

    assert listed == []


def test_an_event_that_is_told_again_counts_once(post, admin):
    with post() as api:
        first = deliver(mail())
        told = event("delivered", ids.to_text("msg", first.id))
        answers = [tell(api, told, told).json, tell(api, told).json]
        path = f"{BASE}/{ids.to_text('msg', first.id)}/feedback"
        history = api.client.get(path, headers=admin).json["data"]

    assert answers == [{"taken": 1}, {"taken": 0}]
    assert [(one["provider"], one["kind"]) for one in history] == [("sendgrid", "delivered")]


def test_events_that_are_not_about_our_messages_are_passed_over(post):
    with post() as api:
        first = deliver(mail())
        message_id = ids.to_text("msg", first.id)
        strange = [
            event("open", message_id),
            event("delivered", ""),
            event("delivered", "msg_other"),
            event("delivered", ids.to_text("msg", ids.uuid7())),
        ]
        answer = tell(api, *strange)

    assert (answer.status_code, answer.json) == (200, {"taken": 0})


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Twilio-Email-Event-Webhook-Signature": "AAAA"},
        {"X-Twilio-Email-Event-Webhook-Signature": "not base64"},
        {"X-Twilio-Email-Event-Webhook-Timestamp": "1"},
    ],
)
def test_an_event_without_the_right_signature_is_refused(post, headers):
    with post() as api:
        first = deliver(mail())
        answer = tell(api, bounce(ids.to_text("msg", first.id)), **headers)
        (found,) = messages("email")

    assert (answer.status_code, answer.json["code"]) == (400, "notifications.feedback_refused")
    assert found.state == "delivered"


def test_signed_words_that_cannot_be_read_are_refused(post):
    with post() as api:
        answer = tell(api, {"event": 1})

    assert answer.status_code == 400


def test_without_its_key_nobody_is_expected_to_tell_anything(app):
    answer = app.test_client().post(f"{BASE}/feedback/sendgrid", json=[])

    assert answer.status_code == 404
