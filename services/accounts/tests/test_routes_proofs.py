"""Mailed tokens over HTTP: lost passwords, proven and changed addresses."""

from typing import Any, TypeVar

import pytest
from flask.testing import FlaskClient

from libs.contracts.accounts import (
    EmailChanged,
    EmailVerificationRequested,
    PasswordResetRequested,
)
from libs.messaging.message import Fact
from libs.messaging.wire import read, unpack
from services.accounts.tests.people import BASE, PASSWORD, Person, audit, execute, log_in, rows

RESETS, PROOFS = f"{BASE}/password-resets", f"{BASE}/email-verifications"
NEW_PASSWORD = "amber-harbor-93-fern"


F = TypeVar("F", bound=Fact)


def _told(kind: type[F]) -> list[F]:
    """The facts of a kind that wait to be sent, oldest first."""
    found = rows("SELECT envelope FROM outbox WHERE type = :name ORDER BY id", name=kind.wire_name)
    return [read(unpack(f'[[],{{"message":{text}}},{{}}]'), kind) for (text,) in found]


def _ask(client: FlaskClient, email: str) -> Any:
    return client.post(RESETS, json={"email": email})


def _reset(client: FlaskClient, token: str, password: str = NEW_PASSWORD) -> Any:
    return client.put(f"{RESETS}/{token}", json={"new_password": password})


@pytest.fixture
def token(client, ann):
    """What was mailed to somebody who lost the password."""
    _ask(client, ann.email)
    return _told(PasswordResetRequested)[-1].token


def test_a_mailed_token_sets_a_new_password_and_ends_all_sessions(client, ann, token):
    answer = _reset(client, token)

    assert answer.status_code == 204
    assert ann.refresh().status_code == 401
    assert log_in(client, ann.email, PASSWORD).status_code == 401
    assert log_in(client, ann.email, NEW_PASSWORD).status_code == 200
    assert len(audit("password_reset")) == 1


def test_a_reset_proves_the_address(client, ann, token):
    _reset(client, token)

    ann.password = NEW_PASSWORD
    assert ann.log_in().call("GET", f"{BASE}/profile").json["email_verified"] is True


def test_a_token_works_once(client, token):
    _reset(client, token)

    again = _reset(client, token, "another-good-password-1")

    assert (again.status_code, again.json["code"]) == (400, "accounts.invalid_token")


def test_a_used_token_takes_the_others_with_it(client, ann, token):
    _ask(client, ann.email)
    _reset(client, token)

    assert _reset(client, _told(PasswordResetRequested)[-1].token).status_code == 400


def test_a_late_token_is_refused(client, token):
    execute("UPDATE mail_token SET expires_at = now() - interval '1 second'")

    assert _reset(client, token).status_code == 400


def test_a_token_of_another_purpose_is_refused(client, ann, token):
    ann.call("POST", PROOFS)
    proof = _told(EmailVerificationRequested)[-1].token

    assert _reset(client, proof).status_code == 400
    assert client.put(f"{PROOFS}/{token}").status_code == 400


def test_a_weak_password_does_not_spend_the_token(client, ann, token):
    assert _reset(client, token, "password1234").status_code == 422

    assert _reset(client, token).status_code == 204


def test_a_token_is_kept_as_a_hash(token):
    assert not rows("SELECT FROM mail_token AS t WHERE t::text LIKE :found", found=f"%{token}%")


def test_the_answer_for_an_unknown_address_is_the_same(client, ann):
    known, unknown = _ask(client, ann.email), _ask(client, "nobody@example.com")

    assert (known.status_code, known.data) == (unknown.status_code, unknown.data) == (202, b"")
    assert [fact.email for fact in _told(PasswordResetRequested)] == [ann.email]


def test_nobody_is_flooded_with_mail(client, ann):
    answers = {_ask(client, ann.email).status_code for _ in range(6)}

    assert answers == {202}
    assert len(_told(PasswordResetRequested)) == 3


def test_a_closed_account_is_mailed_nothing(client, ann):
    execute("UPDATE user_account SET status = 'disabled'")

    assert _ask(client, ann.email).status_code == 202
    assert _told(PasswordResetRequested) == []


def test_a_token_for_an_address_that_was_given_up_is_void(client, ann, token):
    execute("UPDATE user_account SET email = 'new@example.com'")

    assert _reset(client, token).status_code == 400


def test_an_address_is_proven_by_a_mailed_token(client, ann):
    assert ann.call("POST", PROOFS).status_code == 202
    proof = _told(EmailVerificationRequested)[-1]

    assert client.put(f"{PROOFS}/{proof.token}").status_code == 204

    assert proof.email == ann.email
    assert ann.call("GET", f"{BASE}/profile").json["email_verified"] is True


def test_a_confirmation_of_another_user_is_refused(ann, bob):
    ann.call("POST", PROOFS)
    proof = _told(EmailVerificationRequested)[-1]

    assert bob.call("PUT", f"{PROOFS}/{proof.token}").status_code == 400
    assert ann.call("PUT", f"{PROOFS}/{proof.token}").status_code == 204


def _ask_change(person: Person, email: str, password: str = PASSWORD) -> Any:
    body = {"email": email, "current_password": password}
    return person.call("POST", f"{BASE}/email-changes", body)


def test_a_changed_address_counts_once_it_is_proven_and_is_told(client, ann):
    assert _ask_change(ann, "ann@new.example").status_code == 202
    proof = _told(EmailVerificationRequested)[-1]
    before = ann.call("GET", f"{BASE}/profile").json["email"]

    client.put(f"{PROOFS}/{proof.token}")

    assert before == ann.email
    assert ann.call("GET", f"{BASE}/profile").json["email"] == "ann@new.example"
    assert [fact.email for fact in _told(EmailChanged)] == ["ann@new.example"]


def test_an_address_is_not_changed_without_the_password(ann):
    answer = _ask_change(ann, "ann@new.example", "a wrong password")

    assert answer.json["code"] == "accounts.wrong_password"
    assert _told(EmailVerificationRequested) == []


def test_an_address_that_somebody_has_is_asked_for_like_any_other(client, ann, bob):
    answer = _ask_change(ann, bob.email)
    proof = _told(EmailVerificationRequested)[-1]

    assert answer.status_code == 202
    taken = client.put(f"{PROOFS}/{proof.token}")
    assert taken.json["code"] == "accounts.email_taken"


def test_an_invited_person_chooses_a_password(client, admin):
    body = {"email": "staff@example.com", "name": "Staff", "roles": ["moderator"]}

    made = admin.call("POST", "/api/v1/users", body)

    assert made.status_code == 201
    assert _reset(client, _told(PasswordResetRequested)[-1].token).status_code == 204
    staff = Person(client, "staff@example.com", NEW_PASSWORD).log_in()
    assert staff.call("GET", f"{BASE}/profile").json["roles"] == ["moderator"]
