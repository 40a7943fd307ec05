"""API keys over HTTP: a program's way in within scopes."""

from typing import Any

import pytest
from flask.testing import FlaskClient

from services.accounts.rules import MAX_API_KEYS
from services.accounts.tests.people import BASE, Person, execute, rows

KEYS = f"{BASE}/api-keys"
EXCHANGE = f"{BASE}/token/api-key"


def _make(person: Person, *scopes: str, **more: object) -> Any:
    body = {"name": "ERP", "scopes": list(scopes) or ["accounts:read"], **more}
    answer = person.call("POST", KEYS, body)
    assert answer.status_code == 201, answer.get_data(as_text=True)
    return answer.json


def _exchange(client: FlaskClient, secret: str) -> Any:
    return client.post(EXCHANGE, json={"api_key": secret})


def _headers(client: FlaskClient, secret: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {_exchange(client, secret).json['access_token']}"}


def test_a_key_is_exchanged_for_a_token_in_its_owners_name(client, ann):
    made = _make(ann)

    profile = client.get(f"{BASE}/profile", headers=_headers(client, made["secret"]))

    assert profile.json["email"] == ann.email
    assert made["secret"].startswith(made["key"]["prefix"])


def test_the_secret_is_shown_once_and_kept_as_a_hash(client, ann):
    made = _make(ann)

    secret = made["secret"]
    assert secret not in ann.call("GET", KEYS).get_data(as_text=True)
    assert not rows("SELECT FROM api_key AS k WHERE k::text LIKE :found", found=f"%{secret[-20:]}%")


def test_a_scope_to_read_does_not_write(client, ann):
    headers = _headers(client, _make(ann)["secret"])

    answer = client.patch(f"{BASE}/profile", json={"name": "Eve"}, headers=headers)

    assert (answer.status_code, answer.json["code"]) == (403, "out_of_scope")


def test_a_scope_of_another_service_opens_nothing_here(client, ann):
    headers = _headers(client, _make(ann, "orders:read", "orders:write")["secret"])

    assert client.get(f"{BASE}/profile", headers=headers).status_code == 403


def test_a_key_of_a_customer_does_not_administer(client, ann):
    headers = _headers(client, _make(ann)["secret"])

    assert client.get("/api/v1/users", headers=headers).status_code == 403


def test_a_key_of_an_administrator_reads_what_its_owner_reads(client, admin):
    headers = _headers(client, _make(admin)["secret"])

    assert client.get("/api/v1/users", headers=headers).status_code == 200


@pytest.mark.parametrize("scope", ["accounts:write", "orders", "orders:*", "orders:delete", "x"])
def test_a_scope_that_there_is_not_is_refused(ann, scope):
    answer = ann.call("POST", KEYS, {"name": "ERP", "scopes": [scope]})

    assert answer.status_code == 422


def test_a_revoked_key_gets_no_token_and_its_token_ends(client, ann):
    made = _make(ann)
    headers = _headers(client, made["secret"])

    assert ann.call("DELETE", f"{KEYS}/{made['key']['id']}").status_code == 204

    assert _exchange(client, made["secret"]).json["code"] == "accounts.invalid_api_key"
    assert client.get(f"{BASE}/profile", headers=headers).status_code == 401


def test_an_expired_key_gets_no_token(client, ann):
    made = _make(ann, expires_at="2099-01-01T00:00:00Z")
    execute("UPDATE api_key SET expires_at = now() - interval '1 second'")

    assert _exchange(client, made["secret"]).status_code == 401


def test_a_disabled_owners_key_gets_no_token(client, ann):
    made = _make(ann)
    execute("UPDATE user_account SET status = 'disabled'")

    assert _exchange(client, made["secret"]).status_code == 401


@pytest.mark.parametrize("secret", ["ak_", "ak_000000000000_x", "x" * 200])
def test_a_guessed_key_gets_no_token(client, ann, secret):
    _make(ann)

    assert _exchange(client, secret).status_code == 401


def test_a_known_prefix_with_another_secret_gets_no_token(client, ann):
    made = _make(ann)

    assert _exchange(client, made["key"]["prefix"] + "_guess").status_code == 401


def test_the_last_use_of_a_key_is_known(client, ann):
    made = _make(ann)
    assert made["key"]["last_used_at"] is None

    _exchange(client, made["secret"])

    assert ann.call("GET", f"{KEYS}/{made['key']['id']}").json["last_used_at"]


def test_a_person_has_so_many_live_keys_at_most(ann):
    _make(ann)
    execute(
        "INSERT INTO api_key SELECT gen_random_uuid(), user_id, name, prefix || n, digest, scopes,"
        " now() FROM api_key, generate_series(2, :most) AS n",
        most=MAX_API_KEYS,
    )

    answer = ann.call("POST", KEYS, {"name": "ERP", "scopes": ["orders:read"]})

    assert answer.json["code"] == "accounts.too_many_keys"


def test_a_key_of_somebody_else_is_as_good_as_none(ann, bob):
    key_id = _make(ann)["key"]["id"]

    assert bob.call("GET", f"{KEYS}/{key_id}").status_code == 404
    assert bob.call("DELETE", f"{KEYS}/{key_id}").status_code == 404
