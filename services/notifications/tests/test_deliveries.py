"""Mail reaches its server once, is tried again when that may help, and is given up in the end."""

import logging
import time
from contextlib import contextmanager

import pytest

from libs import ids
from libs.db.transaction import transaction
from libs.testing.smtp_server import smtp_server
from services.notifications import tasks
from services.notifications.channels import smtp
from services.notifications.commands import deliveries
from services.notifications.rules.messages import GIVE_UP_SECONDS, LEASE_SECONDS
from services.notifications.tests.story import (
    attempts,
    deliver,
    mail,
    messages,
    pass_time,
    register,
)


@pytest.fixture
def post(service_app):
    """`post(*acts)` is the service with an SMTP server that plays these acts."""

    @contextmanager
    def running(*acts):
        with smtp_server(*acts) as server:
            app = service_app("notifications", ARGOSY_NOTIFICATIONS_SMTP_URL=server.url)
            with app.app_context():
                yield server

    return running


def test_an_accepted_mail_is_delivered(post):
    with post() as server:
        found = deliver(mail())

    (accepted,) = server.journal
    assert (found.state, found.attempts) == ("delivered", 1)
    assert accepted.recipients == ("ada@example.org",)
    assert accepted.message["Message-ID"].startswith(f"<{ids.to_text('msg', found.id)}@")
    assert accepted.message.get_body(("plain",)).get_content().startswith("Hello Ada,")
    assert "<p>Hello Ada,</p>" in accepted.message.get_body(("html",)).get_content()


def test_a_delivered_mail_is_not_sent_again(post):
    with post() as server:
        message_id = mail()
        deliver(message_id)
        deliver(message_id)

    assert server.connections == 1


def test_a_temporary_refusal_is_tried_again_after_a_wait(post):
    with post(450) as server:
        message_id = mail()
        first = deliver(message_id)
        deliver(message_id)
        too_early = server.connections
        pass_time(message_id, 31)
        second = deliver(message_id)
        tries = attempts(message_id)

    assert (first.state, too_early) == ("queued", 1)
    assert (second.state, len(server.journal)) == ("delivered", 1)
    assert tries == [
        ("retry", "450 as the script says"),
        ("delivered", "accepted"),
    ]


def test_a_permanent_refusal_is_final(post):
    with post(550) as server:
        message_id = mail()
        found = deliver(message_id)
        pass_time(message_id, 3600)
        deliver(message_id)
        tries = attempts(message_id)

    assert (found.state, server.connections) == ("failed", 1)
    assert tries == [("refused", "550 as the script says")]


def test_a_silent_server_costs_no_more_than_the_deadline(post, monkeypatch):
    monkeypatch.setattr(smtp, "CONNECT_SECONDS", 0.3)
    with post("silence"):
        started = time.monotonic()
        found = deliver(mail())

    assert found.state == "queued"
    assert time.monotonic() - started < 3


def test_an_unreachable_server_is_tried_again(service_app):
    app = service_app("notifications", ARGOSY_NOTIFICATIONS_SMTP_URL="smtp://127.0.0.1:1")
    with app.app_context():
        message_id = mail()
        found = deliver(message_id)

        assert found.state == "queued"
        assert attempts(message_id)[0][0] == "retry"


def test_a_mail_whose_answer_was_lost_is_sent_again_under_the_same_message_id(post):
    with post("vanish") as server:
        message_id = mail()
        first = deliver(message_id)
        pass_time(message_id, 31)
        second = deliver(message_id)

    assert (first.state, second.state) == ("queued", "delivered")
    assert len({accepted.message["Message-ID"] for accepted in server.journal}) == 1
    assert len(server.journal) == 2


def test_a_message_is_given_up_after_a_day(post):
    with post(450, 450):
        message_id = mail()
        deliver(message_id)
        pass_time(message_id, GIVE_UP_SECONDS)
        found = deliver(message_id)

    assert (found.state, found.attempts) == ("failed", 2)


def test_a_message_in_other_hands_is_left_alone(post):
    with post() as server:
        message_id = mail()
        with transaction() as session:
            deliveries.claim(session, message_id)

        deliver(message_id)

    assert server.connections == 0


def test_a_message_whose_worker_died_is_tried_again_after_its_lease(post):
    with post() as server:
        message_id = mail()
        with transaction() as session:
            deliveries.claim(session, message_id)
        pass_time(message_id, LEASE_SECONDS + 1)

        found = deliver(message_id)
        tries = attempts(message_id)

    assert (found.state, len(server.journal)) == ("delivered", 1)
    assert [state for state, _ in tries] == ["started", "delivered"]


def test_an_unusable_address_is_refused_without_a_connection(post):
    with post() as server:
        register(email="not an address")
        found = deliver(messages("email")[-1].id)

    assert (found.state, server.connections) == ("failed", 0)


def test_the_sweep_hands_over_what_is_overdue_and_nothing_else(app):
    message_id = mail()

    with transaction() as session:
        early = tasks.nudge_overdue(session) or deliveries.nudge_overdue(session, 10)
    pass_time(message_id, 31)
    with transaction() as session:
        late, again = deliveries.nudge_overdue(session, 10), deliveries.nudge_overdue(session, 10)

    assert (early, late, again) == (0, 1, 0)


def test_without_a_server_mail_is_written_to_the_log_with_its_address_masked(app, caplog):
    with caplog.at_level(logging.INFO):
        found = deliver(mail())

    (record,) = [record for record in caplog.records if record.message == "email"]
    assert found.state == "delivered"
    assert record.to == "a***@example.org"
    assert record.subject == "Welcome"
