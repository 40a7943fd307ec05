"""Sign-in by OpenID Connect, with a real provider over HTTP."""

import json
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
import urllib3

from libs.testing.oidc_provider import CLIENT_ID, OidcProvider, Person, oidc_provider
from services.accounts import oidc
from services.accounts.tests.people import BASE, PASSWORD, audit, execute, log_in, rows

OAUTH = f"{BASE}/oauth"
CALLBACK = f"http://localhost{OAUTH}/test/callback"


@pytest.fixture
def provider():
    with oidc_provider() as running:
        yield running


@pytest.fixture
def environ(environ, provider, tmp_path):
    file = tmp_path / "oidc.json"
    file.write_text(json.dumps({"providers": [provider.settings(CALLBACK)]}), encoding="utf-8")
    return environ | {"ARGOSY_ACCOUNTS_OIDC_FILE": str(file)}


def _start(client: Any) -> str:
    """Where the browser is sent."""
    answer = client.get(f"{OAUTH}/test/start")
    assert answer.status_code == 302, answer.get_data(as_text=True)
    return str(answer.headers["Location"])


def _agree(url: str) -> str:
    """The person agrees at the provider; the path that the browser comes back to."""
    with urllib3.PoolManager(retries=False) as pool:
        answer = pool.request("GET", url, redirect=False, timeout=5)
    assert answer.status == 302
    parts = urlsplit(answer.headers["Location"])
    return f"{parts.path}?{parts.query}"


def _sign_in(client: Any) -> Any:
    return client.get(_agree(_start(client)))


def _email_of(answer: Any, client: Any) -> str:
    headers = {"Authorization": f"Bearer {answer.json['access_token']}"}
    return str(client.get(f"{BASE}/profile", headers=headers).json["email"])


def test_somebody_new_gets_an_account_with_a_proven_address(client, provider):
    answer = _sign_in(client)

    assert answer.status_code == 200, answer.get_data(as_text=True)
    assert _email_of(answer, client) == "ada@example.org"
    [(verified, password)] = rows(
        "SELECT email_verified_at IS NOT NULL, password_hash FROM user_account"
    )
    assert (verified, password) == (True, None)


def test_somebody_known_comes_in_by_the_link_whatever_address_they_have_now(client, provider):
    first = _sign_in(client)
    provider.person = Person(email="other@example.org", email_verified=False)

    second = _sign_in(client)

    assert _email_of(second, client) == _email_of(first, client) == "ada@example.org"
    assert len(rows("SELECT FROM user_account")) == 1


def test_a_proven_account_is_linked_and_keeps_its_password(client, provider, ann):
    execute("UPDATE user_account SET email_verified_at = now()")
    provider.person = Person(email="ANN@Example.com")

    answer = _sign_in(client)

    assert _email_of(answer, client) == ann.email
    assert log_in(client, ann.email, PASSWORD).status_code == 200


def test_who_opened_the_account_without_proof_loses_every_way_in(client, provider, ann):
    provider.person = Person(email=ann.email)

    answer = _sign_in(client)

    assert _email_of(answer, client) == ann.email
    assert log_in(client, ann.email, PASSWORD).status_code == 401
    assert ann.refresh().status_code == 401
    assert ann.call("GET", f"{BASE}/profile").status_code == 401
    assert len(audit("account_taken_over")) == 1


@pytest.mark.parametrize("person", [Person(email_verified=False), Person(email=None)])
def test_an_address_that_the_provider_has_not_verified_opens_nothing(client, provider, person):
    provider.person = person

    answer = _sign_in(client)

    assert answer.status_code == 403
    assert answer.json["code"] == "accounts.email_unproven"
    assert rows("SELECT FROM user_account") == []


def test_a_second_person_of_the_provider_cannot_be_linked_to_the_same_account(client, provider):
    _sign_in(client)
    provider.person = Person(subject="sub-2")

    answer = _sign_in(client)

    assert answer.json["code"] == "accounts.other_identity"


def test_a_closed_account_stays_closed(client, provider):
    _sign_in(client)
    execute("UPDATE user_account SET status = 'disabled'")

    assert _sign_in(client).json["code"] == "accounts.user_disabled"


@pytest.mark.parametrize(
    "claims",
    [
        {"nonce": "another"},
        {"aud": "another-shop"},
        {"aud": [CLIENT_ID, "another-shop"]},
        {"iss": "https://evil.example"},
        {"exp": 1},
        {"iat": 9_999_999_999},
        {"sub": None},
    ],
)
def test_a_token_with_a_wrong_claim_signs_nobody_in(client, provider, claims):
    provider.script.claims = claims

    answer = _sign_in(client)

    assert answer.status_code == 401
    assert answer.json["code"] == "accounts.provider_refused"
    assert rows("SELECT FROM login_session") == []


def test_a_foreign_signature_signs_nobody_in(client, provider):
    provider.script.foreign_key = True

    assert _sign_in(client).json["code"] == "accounts.provider_refused"


def test_a_new_key_of_the_provider_is_fetched(client, provider, monkeypatch):
    _sign_in(client)
    provider.rotate()
    monkeypatch.setattr(oidc, "_REFETCH_PAUSE", timedelta(seconds=-1))

    assert _sign_in(client).status_code == 200


def test_a_state_works_once(client, provider):
    back = _agree(_start(client))
    client.get(back)

    answer = client.get(back)

    assert answer.status_code == 401
    assert answer.json["code"] == "accounts.sign_in_lapsed"


def test_another_browser_cannot_finish_a_sign_in(app, client, provider):
    back = _agree(_start(client))

    answer = app.test_client().get(back)

    assert answer.json["code"] == "accounts.sign_in_lapsed"


def test_a_sign_in_that_took_too_long_lapses(client, provider):
    back = _agree(_start(client))
    execute("UPDATE sign_in_attempt SET expires_at = now() - interval '1 second'")

    assert client.get(back).json["code"] == "accounts.sign_in_lapsed"


def test_a_refusal_at_the_provider_signs_nobody_in(client, provider):
    state = dict(part.split("=") for part in urlsplit(_start(client)).query.split("&"))["state"]

    answer = client.get(f"{OAUTH}/test/callback?state={state}&error=access_denied")

    assert answer.json["code"] == "accounts.provider_refused"


def test_an_answer_of_another_provider_is_not_taken(client, provider):
    back = _agree(_start(client))

    answer = client.get(f"{back}&iss=https://evil.example")

    assert answer.json["code"] == "accounts.provider_refused"


def test_a_guessed_code_signs_nobody_in(client, provider):
    back = _agree(_start(client))

    answer = client.get(back.replace("code=", "code=x"))

    assert answer.json["code"] == "accounts.provider_refused"


def test_a_provider_that_is_gone_is_a_503(client, provider: OidcProvider):
    provider.shutdown()
    provider.server_close()

    assert client.get(f"{OAUTH}/test/start").status_code == 503


def test_an_unknown_provider_is_not_found(client):
    assert client.get(f"{OAUTH}/nobody/start").status_code == 404
    assert client.get(OAUTH).json == {"providers": ["test"]}


def test_the_secrets_of_the_way_are_kept_as_hashes(client, provider):
    url = _start(client)

    state = dict(part.split("=") for part in urlsplit(url).query.split("&"))["state"]
    [(kept,)] = rows("SELECT state FROM sign_in_attempt")
    assert state.encode() not in bytes(kept)
    assert "code_challenge_method=S256" in url
