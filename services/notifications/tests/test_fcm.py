"""Pushes through FCM: the access token, what is accepted, and devices that are gone."""

from contextlib import contextmanager
from typing import Any

import pytest

from libs import ids
from libs.testing.message_providers.fcm import PROJECT, fcm_server
from services.notifications.tests.post import BASE, send, sent
from services.notifications.tests.story import attempts, deliver, pass_time

TOKEN = "token-of-a-device-0001"
WORDS = {"title": "Hi", "body": "There"}


@pytest.fixture
def post(service_app, issuer, tmp_path):
    """`post(*acts)` is the service with an FCM that plays these acts, and Ada's device."""

    @contextmanager
    def running(*acts):
        with fcm_server(*acts) as server:
            api: Any = server
            app = service_app(
                "notifications",
                ARGOSY_NOTIFICATIONS_FCM_CREDENTIALS=api.write_credentials(tmp_path / "key.json"),
                ARGOSY_NOTIFICATIONS_FCM_URL=api.url,
            )
            with app.app_context():
                api.client = app.test_client()
                api.user_id = ids.uuid7()
                api.ada = issuer.user(api.user_id)
                api.to = ids.to_text("usr", api.user_id)
                register(api, TOKEN)
                yield api

    return running


def register(api: Any, token: str) -> Any:
    body = {"token": token, "platform": "android"}
    return api.client.post(f"{BASE}/devices", json=body, headers=api.ada)


def devices(api: Any) -> Any:
    return api.client.get(f"{BASE}/devices", headers=api.ada).json["data"]


def test_a_push_reaches_the_device_with_its_own_id(post, admin):
    with post() as api:
        found = sent(api.client, admin, "push", user_id=api.to, **WORDS)

    (accepted,) = api.accepted
    assert (found.state, found.provider) == ("delivered", "fcm")
    assert found.reference.startswith(f"projects/{PROJECT}/messages/")
    assert accepted["token"] == TOKEN
    assert accepted["notification"] == {"title": "Hi", "body": "There"}
    assert accepted["data"]["message_id"] == ids.to_text("msg", found.id)


def test_an_access_token_is_used_for_many_messages(post, admin):
    with post() as api:
        for _ in range(3):
            sent(api.client, admin, "push", user_id=api.to, **WORDS)

    assert (len(api.granted), len(api.accepted)) == (1, 3)


def test_an_access_token_that_is_refused_is_renewed(post, admin):
    with post() as api:
        sent(api.client, admin, "push", user_id=api.to, **WORDS)
        api.expire_tokens()
        first = sent(api.client, admin, "push", user_id=api.to, **WORDS)
        pass_time(first.id, 31)
        second = deliver(first.id)

    assert (first.state, second.state, len(api.granted)) == ("queued", "delivered", 2)


def test_a_device_that_is_gone_is_forgotten(post, admin):
    with post() as api:
        api.gone.add(TOKEN)
        found = sent(api.client, admin, "push", user_id=api.to, **WORDS)
        left = devices(api)
        tries = attempts(found.id)

    assert (found.state, left) == ("failed", [])
    assert tries == [("refused", "404 UNREGISTERED Requested entity was not found.")]


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_fault_that_may_pass_is_tried_again(post, admin, status):
    with post(status) as api:
        first = sent(api.client, admin, "push", user_id=api.to, **WORDS)
        pass_time(first.id, 31)
        second = deliver(first.id)
        kept = devices(api)

    assert (first.state, second.state, len(kept)) == ("queued", "delivered", 1)


def test_without_a_readable_key_file_a_push_waits(service_app, issuer, admin, tmp_path):
    app = service_app(
        "notifications", ARGOSY_NOTIFICATIONS_FCM_CREDENTIALS=str(tmp_path / "missing.json")
    )
    user_id = ids.uuid7()
    with app.app_context():
        client = app.test_client()
        body = {"token": TOKEN, "platform": "ios"}
        client.post(f"{BASE}/devices", json=body, headers=issuer.user(user_id))
        found = sent(client, admin, "push", user_id=ids.to_text("usr", user_id), **WORDS)
        tries = attempts(found.id)

    assert found.state == "queued"
    assert tries == [("retry", "the key file of the service account cannot be read")]


def test_a_push_goes_to_every_device(post, admin):
    with post() as api:
        register(api, "token-of-a-device-0002")
        answer = send(api.client, admin, "push", user_id=api.to, **WORDS)
        for message in answer.json["messages"]:
            deliver(ids.from_text("msg", message["id"]))

    assert {one["token"] for one in api.accepted} == {TOKEN, "token-of-a-device-0002"}
    assert TOKEN not in answer.text


def test_a_device_belongs_to_whoever_signed_in_last(post, issuer, admin):
    with post() as api:
        eve = issuer.user(ids.uuid7())
        body = {"token": TOKEN, "platform": "android"}
        api.client.post(f"{BASE}/devices", json=body, headers=eve)
        mine, theirs = devices(api), api.client.get(f"{BASE}/devices", headers=eve).json["data"]
        answer = send(api.client, admin, "push", user_id=api.to, **WORDS)

    assert (mine, len(theirs)) == ([], 1)
    assert (answer.status_code, answer.json["code"]) == (409, "notifications.no_address")


def test_the_same_token_again_is_the_same_device(post):
    with post() as api:
        first, second = register(api, TOKEN), register(api, TOKEN)

    assert first.json["id"] == second.json["id"]


def test_beyond_ten_devices_the_longest_unseen_is_forgotten(post):
    with post() as api:
        for number in range(10):
            register(api, f"token-of-a-device-1{number:03}")
        left = devices(api)

    assert len(left) == 10
    assert len({one["id"] for one in left}) == 10


def test_a_device_of_somebody_else_cannot_be_forgotten(post, issuer):
    with post() as api:
        (one,) = devices(api)
        path = f"{BASE}/devices/{one['id']}"
        foreign = api.client.delete(path, headers=issuer.user(ids.uuid7()))
        own = api.client.delete(path, headers=api.ada)

    assert (foreign.status_code, own.status_code) == (404, 204)
