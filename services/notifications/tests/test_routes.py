"""Notifications over HTTP."""

import pytest

from libs import ids
from services.notifications.rules.messages import SAMPLES
from services.notifications.tests.story import deliver, mail, messages, register

BASE = "/api/v1/notifications"
WORDS = {"subject": "Hi", "body": "Hi {{ name }}"}


@pytest.fixture
def ada(app, issuer):
    """The headers of a customer who was greeted."""
    user_id = register()
    return issuer.user(user_id)


def test_a_user_sees_their_own_notifications(client, issuer, ada):
    mine = client.get(BASE, headers=ada).json["data"]
    others = client.get(BASE, headers=issuer.user(ids.uuid7())).json["data"]

    assert [(note["kind"], note["read_at"]) for note in mine] == [("welcome", None)]
    assert others == []


def test_a_notification_is_read_once(client, ada):
    (note,) = client.get(BASE, headers=ada).json["data"]
    path = f"{BASE}/{note['id']}"

    first = client.patch(path, json={"read": True}, headers=ada)
    second = client.patch(path, json={"read": True}, headers=ada)

    assert first.status_code == 200
    assert first.json["read_at"] == second.json["read_at"] is not None
    assert client.get(f"{BASE}?unread=true", headers=ada).json["data"] == []
    assert len(client.get(f"{BASE}?unread=false", headers=ada).json["data"]) == 1


def test_a_notification_may_become_unread_again(client, ada):
    (note,) = client.get(BASE, headers=ada).json["data"]
    path = f"{BASE}/{note['id']}"
    client.patch(path, json={"read": True}, headers=ada)

    answer = client.patch(path, json={"read": False}, headers=ada)

    assert answer.json["read_at"] is None


def test_a_notification_of_somebody_else_looks_like_none(client, issuer, ada):
    (note,) = client.get(BASE, headers=ada).json["data"]
    eve = issuer.user(ids.uuid7())

    foreign = client.patch(f"{BASE}/{note['id']}", json={"read": True}, headers=eve)
    missing = client.patch(
        f"{BASE}/{ids.to_text('msg', ids.uuid7())}", json={"read": True}, headers=eve
    )

    assert (foreign.status_code, missing.status_code) == (404, 404)
    assert foreign.json | {"trace_id": ""} == missing.json | {"trace_id": ""}
    assert client.get(BASE, headers=ada).json["data"][0]["read_at"] is None


def test_mail_is_no_notification(client, ada):
    (sent,) = messages("email")

    answer = client.patch(f"{BASE}/{ids.to_text('msg', sent.id)}", json={"read": True}, headers=ada)

    assert answer.status_code == 404


def test_all_of_ones_own_are_read_at_once(client, issuer, ada):
    eve_id = register()

    answer = client.post(f"{BASE}/mark-all-read", headers=ada)

    assert answer.json == {"marked": 1}
    assert client.post(f"{BASE}/mark-all-read", headers=ada).json == {"marked": 0}
    assert len(client.get(f"{BASE}?unread=true", headers=issuer.user(eve_id)).json["data"]) == 1


@pytest.mark.parametrize("method", ["get", "put"])
@pytest.mark.parametrize(
    "path", ["/history", "/templates", f"/{ids.to_text('msg', ids.uuid7())}/attempts"]
)
def test_only_administrators_see_history_and_templates(client, ada, method, path):
    if method == "put":
        path = "/templates/welcome/email/en"

    answer = client.open(BASE + path, method=method.upper(), json=WORDS, headers=ada)

    assert answer.status_code == 403


def test_the_history_shows_what_became_of_each_message(client, admin):
    message_id = mail()
    deliver(message_id)

    (found,) = client.get(f"{BASE}/history?channel=email", headers=admin).json["data"]
    tries = client.get(f"{BASE}/{found['id']}/attempts", headers=admin).json["data"]

    assert (found["state"], found["attempts"]) == ("delivered", 1)
    assert [(one["number"], one["state"]) for one in tries] == [(1, "delivered")]


def test_the_history_is_filtered_by_state(client, admin, ada):
    queued = client.get(f"{BASE}/history?state=queued", headers=admin).json["data"]
    failed = client.get(f"{BASE}/history?state=failed", headers=admin).json["data"]

    assert ([message["channel"] for message in queued], failed) == (["email"], [])


def test_the_templates_shipped_with_the_program_are_listed(client, admin):
    listed = client.get(f"{BASE}/templates?limit=100", headers=admin).json["data"]

    assert {template["key"] for template in listed} == set(SAMPLES)
    assert {(one["revision"], one["built_in"]) for one in listed} == {(1, True)}


def test_a_new_revision_is_used_from_now_on(client, admin):
    answer = client.put(f"{BASE}/templates/welcome/in_app/en", json=WORDS, headers=admin)
    register(name="Ada")

    (note,) = messages("in_app")
    assert (answer.status_code, answer.json["revision"]) == (200, 2)
    assert (note.subject, note.body) == ("Hi", "Hi Ada")


def test_a_revision_based_on_an_older_one_is_refused(client, admin):
    path = f"{BASE}/templates/welcome/in_app/en"
    headers = admin | {"If-Match": '"1"'}

    first = client.put(path, json=WORDS, headers=headers)
    second = client.put(path, json=WORDS, headers=headers)

    assert (first.status_code, second.status_code) == (200, 412)


@pytest.mark.parametrize("body", ["{{ unclosed", "{{ name.__class__ }}", "{{ nobody.knows }}"])
def test_a_template_that_fails_is_refused_when_it_is_written(client, admin, body):
    answer = client.put(
        f"{BASE}/templates/welcome/email/en", json=WORDS | {"body": body}, headers=admin
    )

    assert (answer.status_code, answer.json["code"]) == (422, "notifications.bad_template")


@pytest.mark.parametrize("path", ["Party!/email/en", "welcome/pigeon/en", "welcome/email/english"])
def test_words_that_no_message_could_use_are_not_found(client, admin, path):
    answer = client.put(f"{BASE}/templates/{path}", json=WORDS, headers=admin)

    assert answer.status_code == 404
