"""Notifications as they happen, in a bounded number of streams."""

import threading
import time
from typing import Any
from uuid import UUID

import msgspec
import pytest

from libs import ids
from libs.db.transaction import transaction
from services.notifications import tasks
from services.notifications.tests.story import register, triggered

PATH = "/api/v1/notifications/stream"


@pytest.fixture
def app(service_app):
    """The service with streams of 1.5 s, three at once and two of one user."""
    made = service_app(
        "notifications",
        ARGOSY_NOTIFICATIONS_STREAM_SECONDS="1.5",
        ARGOSY_NOTIFICATIONS_STREAMS="3",
        ARGOSY_NOTIFICATIONS_STREAMS_PER_USER="2",
    )
    with made.app_context():
        yield made


def events(answer: Any) -> list[dict[str, Any]]:
    """Each notification of a whole stream, with the id of its event."""
    found = []
    for block in answer.get_data(as_text=True).split("\n\n"):
        fields = dict(line.split(": ", 1) for line in block.splitlines() if line[0] != ":")
        if "event" in fields:
            assert fields["event"] == "notification"
            found.append(msgspec.json.decode(fields["data"]) | {"event_id": fields["id"]})
    return found


def alert(user_id: UUID, title: str = "Mug") -> None:
    with transaction() as session:
        tasks.tell_alert(session, triggered(user_id, title=title))


def test_a_stream_tells_what_happens_while_it_is_open(app, client, issuer):
    user_id = register()
    time.sleep(0.01)

    def happen() -> None:
        with app.app_context():
            alert(user_id)
            alert(ids.uuid7())

    timer = threading.Timer(0.3, happen)
    timer.start()
    answer = client.get(PATH, headers=issuer.user(user_id))
    (told,) = events(answer)
    timer.join()

    assert answer.content_type == "text/event-stream"
    assert (told["title"], told["event_id"]) == ("Mug is back in stock", told["id"])


def test_a_stream_goes_on_after_the_last_event_that_arrived(client, issuer):
    user_id = register()
    headers = issuer.user(user_id)
    listed = client.get("/api/v1/notifications", headers=headers).json["data"]
    alert(user_id)

    told = events(client.get(PATH, headers=headers | {"Last-Event-ID": listed[0]["id"]}))

    assert [one["title"] for one in told] == ["Mug is back in stock"]


def test_a_message_that_became_visible_late_is_told_all_the_same(client, issuer):
    user_id = register()
    headers = issuer.user(user_id)
    alert(user_id, "Late")
    alert(user_id, "Early")
    newest = client.get("/api/v1/notifications", headers=headers).json["data"][0]

    told = events(client.get(PATH, headers=headers | {"Last-Event-ID": newest["id"]}))

    assert "Late is back in stock" in [one["title"] for one in told]
    assert newest["id"] not in [one["id"] for one in told]


@pytest.mark.parametrize("last", ["", "1", "usr_x", "msg_" + "z" * 26, "msg_7" + "z" * 25])
def test_an_id_that_no_event_has_starts_from_now(client, issuer, last):
    user_id = register()
    time.sleep(0.01)

    answer = client.get(PATH, headers=issuer.user(user_id) | {"Last-Event-ID": last})

    assert answer.status_code == 200
    assert len(events(answer)) <= 1


def test_streams_are_few_and_fewer_for_one_user(client, issuer):
    ada, eve, bob = (issuer.user(ids.uuid7()) for _ in range(3))

    open_ones = [client.get(PATH, headers=headers) for headers in (ada, ada, eve)]
    third_of_one = client.get(PATH, headers=ada)
    fourth = client.get(PATH, headers=bob)

    assert [answer.status_code for answer in open_ones] == [200, 200, 200]
    assert (third_of_one.status_code, fourth.status_code) == (429, 503)
    assert third_of_one.json["code"] == "notifications.too_many_streams"
    assert fourth.headers["Retry-After"] == "5"
    for answer in open_ones:
        answer.close()


def test_a_stream_that_was_left_gives_its_place_back(client, issuer):
    ada = issuer.user(ids.uuid7())

    for _ in range(4):
        answer = client.get(PATH, headers=ada)
        assert answer.status_code == 200
        answer.close()


def test_a_stream_needs_a_user(client):
    assert client.get(PATH).status_code == 401
