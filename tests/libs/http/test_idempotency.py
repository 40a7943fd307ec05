"""Idempotency-Key: one effect and one answer, however often and however fast it is asked."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID, uuid4

import psycopg2
import pytest
from flask import Flask
from flask.testing import FlaskClient

from libs.db.transaction import transaction
from libs.http import idempotency
from libs.testing.tokens import Issuer

NOTES = "/api/v1/notes"
BODY = {"text": "buy milk"}


@pytest.fixture
def database(notes_url: str) -> Iterator[Any]:
    connection = psycopg2.connect(notes_url, connect_timeout=5)
    yield connection
    connection.close()


@pytest.fixture
def headers(issuer: Issuer, alice: UUID) -> dict[str, str]:
    return {**issuer.user(alice), "Idempotency-Key": str(uuid4())}


def count_notes(database: Any) -> int:
    with database, database.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM notes")
        return int(cursor.fetchone()[0])


def test_a_repeat_gets_the_first_answer_and_does_nothing(
    client: FlaskClient, headers: dict[str, str], database: Any
) -> None:
    first = client.post(NOTES, json=BODY, headers=headers)
    before = count_notes(database)

    again = client.post(NOTES, json=BODY, headers=headers)

    assert (again.status_code, again.data) == (first.status_code, first.data) == (201, first.data)
    assert again.headers["Location"] == first.headers["Location"]
    assert again.headers["Idempotent-Replayed"] == "true"
    assert "Idempotent-Replayed" not in first.headers
    assert count_notes(database) == before


def test_a_missing_key_is_400_where_one_is_required(
    client: FlaskClient, issuer: Issuer, alice: UUID
) -> None:
    response = client.post(NOTES, json=BODY, headers=issuer.user(alice))

    assert (response.status_code, response.get_json()["code"]) == (400, "idempotency_key_missing")


@pytest.mark.parametrize("key", ["", '""', "x" * 256, "schlüssel", "a\tb"])
def test_a_key_is_1_to_255_printable_characters(
    client: FlaskClient, headers: dict[str, str], key: str
) -> None:
    response = client.post(NOTES, json=BODY, headers={**headers, "Idempotency-Key": key})

    assert (response.status_code, response.get_json()["code"]) == (400, "idempotency_key_invalid")


def test_a_quoted_key_is_the_bare_key(client: FlaskClient, headers: dict[str, str]) -> None:
    client.post(NOTES, json=BODY, headers=headers)
    quoted = {**headers, "Idempotency-Key": f'"{headers["Idempotency-Key"]}"'}

    again = client.post(NOTES, json=BODY, headers=quoted)

    assert again.headers["Idempotent-Replayed"] == "true"


def test_another_body_under_the_same_key_is_422(
    client: FlaskClient, headers: dict[str, str], database: Any
) -> None:
    client.post(NOTES, json=BODY, headers=headers)
    before = count_notes(database)

    response = client.post(NOTES, json={"text": "buy tea"}, headers=headers)

    assert (response.status_code, response.get_json()["code"]) == (422, "idempotency_key_reused")
    assert count_notes(database) == before


def test_the_same_key_of_another_user_is_another_key(
    client: FlaskClient, headers: dict[str, str], issuer: Issuer
) -> None:
    first = client.post(NOTES, json=BODY, headers=headers)

    other = client.post(NOTES, json={"text": "tea"}, headers={**headers, **issuer.user(uuid4())})

    assert other.status_code == 201
    assert other.get_json()["id"] != first.get_json()["id"]


def test_a_refused_request_leaves_its_key_free(
    client: FlaskClient, headers: dict[str, str]
) -> None:
    refused = client.post(NOTES, json={"text": ""}, headers=headers)

    accepted = client.post(NOTES, json=BODY, headers=headers)

    assert (refused.status_code, accepted.status_code) == (422, 201)
    assert "Idempotent-Replayed" not in accepted.headers


def test_ten_at_once_have_one_effect(app: Flask, headers: dict[str, str], database: Any) -> None:
    before = count_notes(database)
    together = threading.Barrier(10)

    def post(_number: int) -> Any:
        together.wait(timeout=10)
        return app.test_client().post(NOTES, json=BODY, headers=headers)

    with ThreadPoolExecutor(10) as pool:
        responses = list(pool.map(post, range(10)))

    assert {response.status_code for response in responses} == {201}
    assert len({response.data for response in responses}) == 1
    assert sum("Idempotent-Replayed" in response.headers for response in responses) == 9
    assert count_notes(database) == before + 1


def test_a_first_request_that_takes_too_long_makes_the_second_a_409(
    client: FlaskClient, headers: dict[str, str], alice: UUID, database: Any
) -> None:
    with database.cursor() as cursor:
        cursor.execute(
            "INSERT INTO idempotency_key (principal, route, key, fingerprint, expires_at)"
            " VALUES (%s, %s, %s, '', now() + interval '1 hour')",
            (f"user:{alice}", f"POST {NOTES}", headers["Idempotency-Key"]),
        )
        response = client.post(NOTES, json=BODY, headers=headers)
    database.rollback()

    assert (response.status_code, response.get_json()["code"]) == (409, "in_progress")
    assert response.headers["Retry-After"] == "1"
    assert response.get_json()["retryable"] is True


def test_an_expired_key_is_a_new_key(
    client: FlaskClient, headers: dict[str, str], database: Any
) -> None:
    first = client.post(NOTES, json=BODY, headers=headers)
    expire(database, headers)

    second = client.post(NOTES, json={"text": "tea"}, headers=headers)

    assert second.status_code == 201
    assert second.get_json()["id"] != first.get_json()["id"]


def test_expired_keys_are_purged_and_others_kept(
    app: Flask, client: FlaskClient, headers: dict[str, str], database: Any
) -> None:
    kept = {**headers, "Idempotency-Key": str(uuid4())}
    for each in (headers, kept):
        client.post(NOTES, json=BODY, headers=each)
    expire(database, headers)

    with app.app_context(), transaction() as session:
        purged = idempotency.purge_expired(session)

    assert purged == 1
    again = client.post(NOTES, json=BODY, headers=kept)
    assert again.headers["Idempotent-Replayed"] == "true"


def test_a_purge_takes_no_more_keys_at_once_than_it_is_told(
    app: Flask, client: FlaskClient, headers: dict[str, str], database: Any
) -> None:
    for each in (headers, {**headers, "Idempotency-Key": str(uuid4())}):
        client.post(NOTES, json=BODY, headers=each)
        expire(database, each)

    with app.app_context(), transaction() as session:
        purged = [idempotency.purge_expired(session, limit=1) for _ in range(3)]

    assert purged == [1, 1, 0]


def expire(database: Any, headers: dict[str, str]) -> None:
    with database, database.cursor() as cursor:
        cursor.execute(
            "UPDATE idempotency_key SET expires_at = now() - interval '1 second' WHERE key = %s",
            (headers["Idempotency-Key"],),
        )
