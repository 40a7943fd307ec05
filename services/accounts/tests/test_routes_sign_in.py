"""Signing up and signing in over HTTP."""

from typing import Any

import pytest
from flask.testing import FlaskClient

from libs import ids
from services.accounts.tests.people import BASE, PASSWORD, Person, audit, log_in, rows

GOOD = {"email": "ann@example.com", "password": PASSWORD, "name": "Ann"}


def register(client: FlaskClient, **changes: Any) -> Any:
    return client.post(f"{BASE}/register", json=GOOD | changes)


def test_registration_answers_the_profile_and_no_token(client):
    answer = register(client)

    assert answer.status_code == 201
    assert answer.json["email"] == "ann@example.com"
    assert answer.json["roles"] == ["customer"]
    assert not [name for name in answer.json if "token" in name or "password" in name]


def test_registration_is_announced_once(client):
    answer = register(client)

    [(kind, envelope)] = rows("SELECT type, envelope FROM outbox")
    assert kind == "accounts.customer_registered.v1"
    assert str(ids.from_text("usr", answer.json["id"])) in envelope


@pytest.mark.parametrize(
    "same", ["ANN@Example.COM", "\uff41\uff4e\uff4e@example.com", "ann@EXAMPLE.com"]
)
def test_a_variant_of_a_known_address_is_the_same_account(client, same):
    register(client)

    answer = register(client, email=same)

    assert (answer.status_code, answer.json["code"]) == (409, "accounts.email_taken")
    assert rows("SELECT count(*) FROM user_account") == [(1,)]


def test_a_look_alike_of_another_alphabet_is_no_address(client):
    answer = register(client, email="\u0430nn@example.com")

    assert answer.status_code == 422
    assert rows("SELECT count(*) FROM user_account") == [(0,)]


@pytest.mark.parametrize(
    "password",
    ["elevenchars", "x" * 129, "password1234", "PassWord1234", "qwertyuiop123", "123456789012"],
)
def test_a_weak_password_is_refused(client, password):
    answer = register(client, password=password)

    assert answer.status_code == 422
    assert rows("SELECT count(*) FROM user_account") == [(0,)]


def test_the_own_address_is_no_password(client):
    answer = register(client, password="Ann@example.com")

    assert (answer.status_code, answer.json["code"]) == (422, "accounts.weak_password")


@pytest.mark.parametrize(
    "password",
    [
        "\u043f\u0430\u0440\u043e\u043b\u044c \u0438 \u0441\u043b\u043e\u0432\u0430 " * 4,
        "a bcdefghijk",
        "ü" * 128,
    ],
)
def test_a_long_password_of_any_letters_is_welcome(client, password):
    answer = register(client, password=password)

    assert answer.status_code == 201
    assert log_in(client, GOOD["email"], password).status_code == 200


def test_a_password_is_the_same_from_every_keyboard(client):
    register(client, password="café au lait noir")

    assert log_in(client, GOOD["email"], "cafe\u0301 au lait noir").status_code == 200


@pytest.mark.parametrize("field", ["roles", "status", "id", "version", "created_at"])
def test_registration_takes_no_field_that_is_not_the_customers(client, field):
    answer = register(client, **{field: "admin"})

    assert answer.status_code == 422
    assert rows("SELECT count(*) FROM user_account") == [(0,)]


def test_a_name_stays_on_one_line(client):
    answer = register(client, name="Ann\r\nBcc: x@example.com")

    assert answer.status_code == 422


def test_login_gives_tokens_for_ten_minutes(client):
    register(client)

    answer = log_in(client, "Ann@Example.com", PASSWORD)

    assert answer.status_code == 200
    assert set(answer.json) == {"access_token", "refresh_token", "token_type", "expires_in"}
    assert (answer.json["token_type"], answer.json["expires_in"]) == ("Bearer", 600)
    assert answer.headers["Cache-Control"] == "no-store"


def test_an_unknown_user_and_a_wrong_password_get_the_same_answer(client):
    register(client)

    wrong = log_in(client, GOOD["email"], "wrong-anchor-47-moss")
    unknown = log_in(client, "nobody@example.com", PASSWORD)

    assert wrong.status_code == unknown.status_code == 401
    assert wrong.json | {"trace_id": 0} == unknown.json | {"trace_id": 0}
    counted = {"X-Request-Id": "", "RateLimit": ""}
    assert dict(wrong.headers) | counted == dict(unknown.headers) | counted


def test_failed_logins_are_in_the_audit_trail_without_the_address(client):
    person = Person(client, GOOD["email"]).register()

    log_in(client, GOOD["email"], "wrong-anchor-47-moss")
    log_in(client, "nobody@example.com", PASSWORD)

    users = [user_id for user_id, _, _ in audit("login_failed")]
    assert users == [ids.from_text("usr", person.id), None]
    trail = rows("SELECT audit_event::text FROM audit_event")
    assert not [line for (line,) in trail if "@" in line]


def test_the_eleventh_wrong_guess_in_a_minute_is_not_looked_at(client, still):
    register(client)
    guesses = [log_in(client, GOOD["email"], f"wrong-anchor-{n}").status_code for n in range(10)]

    answer = log_in(client, GOOD["email"], PASSWORD)

    assert guesses == [401] * 10
    assert answer.status_code == 429
    assert "Retry-After" in answer.headers
    assert log_in(client, "bob@example.com", PASSWORD).status_code == 401


def test_who_tries_many_addresses_is_slowed_down(service_app, environ, still):
    app = service_app("accounts", **environ | {"ARGOSY_RATE_LIMIT_REGISTER": "3/minute"})
    client = app.test_client()

    answers = [register(client, email=f"ann{n}@example.com").status_code for n in range(4)]

    assert answers == [201, 201, 201, 429]


def test_a_disabled_user_learns_it_only_with_the_right_password(ann, admin):
    admin.call("PATCH", f"/api/v1/users/{ann.id}", {"status": "disabled"})

    right = log_in(ann.client, ann.email, ann.password)
    wrong = log_in(ann.client, ann.email, "wrong-anchor-47-moss")

    assert (right.status_code, right.json["code"]) == (403, "accounts.user_disabled")
    assert (wrong.status_code, wrong.json["code"]) == (401, "accounts.wrong_credentials")


def test_logout_ends_the_session_on_both_tokens(ann):
    answer = ann.call("POST", f"{BASE}/logout")

    assert answer.status_code == 204
    assert ann.call("GET", f"{BASE}/profile").status_code == 401
    assert ann.refresh().status_code == 401


def test_logout_leaves_other_devices_signed_in(ann):
    other = ann.elsewhere()

    ann.call("POST", f"{BASE}/logout")

    assert other.call("GET", f"{BASE}/profile").status_code == 200
    assert other.refresh().status_code == 200


def test_every_public_key_is_published(client, key_files):
    answer = client.get(f"{BASE}/.well-known/jwks.json")

    assert answer.get_data() == key_files.accounts_jwks.read_bytes()
    assert answer.headers["Cache-Control"] == "public, max-age=300"
