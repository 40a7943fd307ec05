"""Who is told what, and once."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy.orm import Session

from libs.contracts.subscriptions import SUBSCRIPTIONS
from libs.db.transaction import transaction
from libs.ids import uuid7
from libs.messaging.message import Fact
from services.notifications import tasks
from services.notifications.tests.story import (
    cancelled,
    confirmed,
    messages,
    register,
    triggered,
)


def hear(handler: Callable[[Session, Any], None], fact: Fact) -> None:
    with transaction() as session:
        handler(session, fact)


def test_a_new_customer_is_greeted_by_mail_and_in_the_application(app):
    user_id = register(email="ada@example.org", name="Ada")

    (mail,), (note,) = messages("email"), messages("in_app")
    assert (mail.address, mail.state) == ("ada@example.org", "queued")
    assert mail.body.startswith("Hello Ada,")
    assert (note.user_id, note.state, note.address) == (user_id, "delivered", None)


def test_a_paid_order_is_told_with_its_lines_and_total(app):
    hear(tasks.confirm_order, confirmed(uuid7()))

    (mail,) = messages("email")
    assert mail.subject == "Your order 1001"
    assert "2 x Mug: 19.00 EUR" in mail.body
    assert "<li>2 x Mug: 19.00 EUR</li>" in mail.html


def test_a_cancelled_order_is_told_with_its_reason(app):
    hear(tasks.cancel_order, cancelled(uuid7()))

    (note,) = messages("in_app")
    assert "a product ran out" in note.body


def test_a_guest_is_told_by_mail_only(app):
    hear(tasks.confirm_order, confirmed(None))

    assert len(messages("email")) == 1
    assert messages("in_app") == []


def test_a_fact_that_arrives_twice_is_told_once(app):
    fact = confirmed(uuid7())

    for _ in range(2):
        hear(tasks.confirm_order, fact)

    assert (len(messages("email")), len(messages("in_app"))) == (1, 1)


def test_two_orders_of_one_buyer_are_told_each(app):
    user_id = uuid7()

    for _ in range(2):
        hear(tasks.confirm_order, confirmed(user_id))

    assert (len(messages("email")), len(messages("in_app"))) == (2, 2)


def test_stock_that_is_back_is_told_to_whoever_waited_by_mail_and_in_the_application(app):
    user_id = register(email="ada@example.org")

    hear(tasks.tell_alert, triggered(user_id))

    mail, note = messages("email")[-1], messages("in_app")[-1]
    assert (mail.address, mail.subject) == ("ada@example.org", "Mug is back in stock")
    assert (note.user_id, note.subject) == (user_id, "Mug is back in stock")


def test_a_price_that_dropped_is_told_with_the_price(app):
    user_id = register()

    hear(tasks.tell_alert, triggered(user_id, kind="price_drop", price_minor=800, currency="EUR"))

    mail = messages("email")[-1]
    assert mail.subject == "Mug now costs 8.00 EUR"
    assert "dropped to 8.00 EUR" in mail.body


def test_an_alert_is_told_once_and_another_one_again(app):
    user_id = register()
    fact = triggered(user_id)

    for told in (fact, fact, triggered(user_id)):
        hear(tasks.tell_alert, told)

    assert [message.template for message in messages("email")] == [
        "welcome",
        *["back_in_stock"] * 2,
    ]
    assert len(messages("in_app")) == 3


def test_whoever_has_no_known_address_is_told_in_the_application_only(app):
    hear(tasks.tell_alert, triggered(uuid7()))

    assert messages("email") == []
    assert len(messages("in_app")) == 1


def test_only_a_told_fact_is_handed_to_the_jobs_pool(app):
    fact = confirmed(uuid7())

    for _ in range(2):
        hear(tasks.confirm_order, fact)

    with transaction() as session:
        sent = session.connection().exec_driver_sql("SELECT type FROM outbox").scalars().all()
    assert list(sent) == ["notifications.deliver_message.v1"]


@pytest.mark.parametrize("title", ["{{ 7 * 7 }}", "<script>alert(1)</script>", "a\r\nBcc: b@c.de"])
def test_a_hostile_title_stays_text(app, title):
    hear(tasks.confirm_order, confirmed(uuid7(), title=title, number=title))

    (mail,) = messages("email")
    assert "49" not in mail.body
    assert "<script>" not in mail.html
    assert "\n" not in mail.subject
    assert "\r" not in mail.subject


def test_a_broken_template_does_not_hold_back_the_notice(app):
    with transaction() as session:
        session.connection().exec_driver_sql(
            "INSERT INTO template (key, channel, locale, revision, subject, body)"
            " VALUES ('welcome', 'email', 'en', 2, 's', '{{ missing.deeper }}')"
        )

    register(name="Ada")

    (mail,) = messages("email")
    assert mail.body.startswith("Hello Ada,")


def test_every_fact_of_the_subscription_has_its_handler():
    heard = {fact.wire_name for fact in SUBSCRIPTIONS["notifications"]}

    assert set(tasks.tasks.facts) == heard
