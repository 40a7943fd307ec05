"""People choose what they are told, and when; what has to be told is told."""

from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

import pytest
from flask.testing import FlaskClient

from libs import clock, ids
from libs.db.transaction import transaction
from services.notifications import tasks
from services.notifications.rules.preferences import Preferences, QuietHours
from services.notifications.tests.post import BASE, send
from services.notifications.tests.story import (
    confirmed,
    deliver,
    messages,
    register,
    triggered,
)

PATH = f"{BASE}/preferences"
NIGHT = {"start": "22:00", "end": "07:00", "time_zone": "Europe/Berlin"}


class Customer(NamedTuple):
    id: UUID
    headers: dict[str, str]


@pytest.fixture
def ada(app, issuer):
    """A customer who has been greeted."""
    user_id = register()
    return Customer(user_id, issuer.user(user_id))


def choose(client: FlaskClient, ada: Customer, *choices: tuple[str, str, bool], **more: Any) -> Any:
    """Write choices of (channel, topic, enabled)."""
    named = [dict(zip(("channel", "topic", "enabled"), one, strict=True)) for one in choices]
    return client.put(PATH, json={"choices": named} | more, headers=ada.headers)


def alert(ada: Customer) -> None:
    with transaction() as session:
        tasks.tell_alert(session, triggered(ada.id))


def at(hour: int, minute: int = 0, day: int = 2) -> datetime:
    return datetime(2026, 1, day, hour, minute, tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "end"),
    [
        (at(20, 59), None),
        (at(21), at(6, day=3)),
        (at(23, 30), at(6, day=3)),
        (at(5, 59), at(6)),
        (at(6), None),
    ],
)
def test_quiet_hours_span_midnight_in_their_time_zone(now, end):
    assert QuietHours(22 * 60, 7 * 60, "Europe/Berlin").end_of(now) == end


def test_quiet_hours_follow_the_clocks_that_are_put_forward():
    now = datetime(2026, 3, 28, 23, tzinfo=UTC)

    end = QuietHours(22 * 60, 7 * 60, "Europe/Berlin").end_of(now)

    assert end == datetime(2026, 3, 29, 5, tzinfo=UTC)


def test_quiet_hours_within_a_day_end_on_that_day():
    assert QuietHours(13 * 60, 15 * 60, "UTC").end_of(at(14, 30)) == at(15)


@pytest.mark.parametrize("channel", ["in_app", "email"])
@pytest.mark.parametrize("topic", ["account", "orders", "service"])
def test_what_has_to_be_told_is_told_whatever_was_chosen(channel, topic):
    preferences = Preferences({(channel, topic): False}, QuietHours(0, 1439, "UTC"))

    assert preferences.allows(channel, topic)
    assert preferences.wait_until(channel, topic, at(12)) == at(12)


def test_advertising_and_unasked_texts_need_a_choice():
    preferences = Preferences()

    assert not preferences.allows("email", "marketing")
    assert not preferences.allows("sms", "orders")
    assert preferences.allows("push", "wishlist")


def test_a_choice_is_shown_with_the_defaults_around_it(client, ada):
    choose(client, ada, ("sms", "orders", True), quiet_hours=NIGHT, locale="de")

    shown = client.get(PATH, headers=ada.headers).json

    enabled = {(one["channel"], one["topic"]): one for one in shown["choices"]}
    assert len(enabled) == 20
    assert enabled["sms", "orders"]["enabled"]
    assert not enabled["sms", "account"]["enabled"]
    assert enabled["email", "orders"]["fixed"]
    assert (shown["quiet_hours"], shown["locale"]) == (NIGHT, "de")


def test_a_change_based_on_an_older_state_is_refused(client, ada):
    first = choose(client, ada)
    second = choose(client, ada, ("push", "orders", False))

    stale = client.put(
        PATH, json={"choices": []}, headers=ada.headers | {"If-Match": first.headers["ETag"]}
    )

    assert (second.status_code, stale.status_code) == (200, 412)


def test_nobody_opts_out_of_what_has_to_be_told(client, ada):
    answer = choose(client, ada, ("email", "orders", False))

    assert (answer.status_code, answer.json["code"]) == (422, "notifications.cannot_opt_out")


@pytest.mark.parametrize(
    "body",
    [
        {"choices": [{"channel": "pigeon", "topic": "orders", "enabled": True}]},
        {"choices": [{"channel": "push", "topic": "gossip", "enabled": True}]},
        {"choices": [{"channel": "push", "topic": "orders", "enabled": 1}]},
        {"choices": [{"channel": "push", "topic": "orders", "enabled": True}] * 2},
        {"choices": [], "quiet_hours": NIGHT | {"time_zone": "Mars/Olympus"}},
        {"choices": [], "quiet_hours": NIGHT | {"time_zone": "../../etc/passwd"}},
        {"choices": [], "quiet_hours": NIGHT | {"start": "24:00"}},
        {"choices": [], "quiet_hours": NIGHT | {"end": "22:00"}},
        {"choices": [], "quiet_hours": {"start": "22:00", "time_zone": "UTC"}},
        {"choices": [], "locale": "german"},
    ],
)
def test_what_means_nothing_is_refused(client, ada, body):
    assert client.put(PATH, json=body, headers=ada.headers).status_code == 422


def test_a_topic_that_was_switched_off_is_not_told_there(client, ada):
    choose(client, ada, ("email", "wishlist", False))

    alert(ada)

    assert [one.template for one in messages("email")] == ["welcome"]
    assert [one.template for one in messages("in_app")] == ["welcome", "back_in_stock"]


def test_in_quiet_hours_what_can_wait_waits_and_the_rest_does_not(client, ada, monkeypatch):
    choose(client, ada, quiet_hours={"start": "00:00", "end": "23:59", "time_zone": "UTC"})
    noon = (datetime.now(UTC) + timedelta(days=1)).replace(hour=12)
    monkeypatch.setattr(clock, "now", lambda: noon)

    alert(ada)
    with transaction() as session:
        tasks.confirm_order(session, confirmed(ada.id))

    _welcome, waits, goes = messages("email")
    assert (waits.template, deliver(waits.id).state) == ("back_in_stock", "queued")
    assert waits.due_at.astimezone(UTC).strftime("%H:%M") == "23:59"
    assert (goes.template, deliver(goes.id).state) == ("order_confirmed", "delivered")


def test_a_notice_is_told_in_the_language_that_was_chosen(client, ada, admin):
    words = {"subject": "{{ title }} ist wieder da", "body": "Jetzt kaufen."}
    client.put(f"{BASE}/templates/back_in_stock/email/de", json=words, headers=admin)
    choose(client, ada, locale="de-AT")

    alert(ada)

    assert messages("email")[-1].subject == "Mug ist wieder da"
    assert messages("in_app")[-1].subject == "Mug is back in stock"


def test_marketing_reaches_only_who_asked_for_it(client, ada, admin):
    body = {"user_id": ids.to_text("usr", ada.id), "topic": "marketing"}
    words = {"subject": "Sale", "body": "Everything must go."}

    refused = send(client, admin, "email", **body, **words)
    choose(client, ada, ("email", "marketing", True))
    taken = send(client, admin, "email", **body, **words)

    assert (refused.status_code, refused.json["code"]) == (409, "notifications.opted_out")
    assert taken.status_code == 202
