"""ETags: nothing is sent twice, and no change is lost."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from flask.testing import FlaskClient

from libs.testing.tokens import Issuer


@pytest.fixture
def headers(issuer: Issuer, alice: UUID) -> dict[str, str]:
    return issuer.user(alice)


@pytest.fixture
def note(client: FlaskClient, headers: dict[str, str]) -> str:
    keyed = {**headers, "Idempotency-Key": str(uuid4())}
    return client.post("/api/v1/notes", json={"text": "one"}, headers=keyed).headers["Location"]


def change(client: FlaskClient, note: str, headers: dict[str, str], **more: str) -> Any:
    return client.patch(note, json={"text": "two"}, headers={**headers, **more})


def test_a_read_carries_the_version(client: FlaskClient, note: str) -> None:
    assert client.get(note).headers["ETag"] == '"1"'


@pytest.mark.parametrize("known", ['"1"', 'W/"1"', '"0", "1"', "*"])
def test_a_known_version_is_not_sent_again(client: FlaskClient, note: str, known: str) -> None:
    response = client.get(note, headers={"If-None-Match": known})

    assert (response.status_code, response.data) == (304, b"")
    assert response.headers["ETag"] == '"1"'


def test_another_version_is_sent(client: FlaskClient, note: str) -> None:
    assert client.get(note, headers={"If-None-Match": '"2"'}).status_code == 200


def test_a_change_must_say_which_version_it_saw(
    client: FlaskClient, note: str, headers: dict[str, str]
) -> None:
    response = change(client, note, headers)

    assert (response.status_code, response.get_json()["code"]) == (428, "precondition_required")


@pytest.mark.parametrize("seen", ['"0"', 'W/"1"', "1x", '"11"'])
def test_a_change_of_another_version_is_refused(
    client: FlaskClient, note: str, headers: dict[str, str], seen: str
) -> None:
    response = change(client, note, headers, **{"If-Match": seen})

    assert (response.status_code, response.get_json()["code"]) == (412, "stale")
    assert "ETag" not in response.headers
    assert client.get(note).get_json()["text"] == "one"


def test_a_change_of_the_version_seen_is_made_and_carries_the_next(
    client: FlaskClient, note: str, headers: dict[str, str]
) -> None:
    response = change(client, note, headers, **{"If-Match": '"1"'})

    assert (response.status_code, response.headers["ETag"]) == (200, '"2"')
