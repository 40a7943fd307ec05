"""Whatever goes wrong, the client gets one shape, and never our inner text."""

import logging
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import exc as database

from libs.errors import DomainError
from libs.http.refusals import problem_of

MEMBERS = {"type", "title", "status", "detail", "code", "trace_id", "retryable"}


def fail(client: FlaskClient, kind: str) -> Any:
    return client.get(f"/api/v1/notes/fail/{kind}")


@pytest.mark.parametrize(
    ("kind", "status", "code"),
    [
        ("missing", 404, "not_found"),
        ("sold", 409, "notes.sold"),
        ("forbidden", 403, "forbidden"),
        ("invalid", 422, "invalid"),
        ("unavailable", 503, "unavailable"),
        ("plain", 409, "refused"),
        ("bug", 500, "internal_error"),
    ],
)
def test_each_refusal_has_its_status_and_code(
    client: FlaskClient, kind: str, status: int, code: str
) -> None:
    response = fail(client, kind)

    body = response.get_json()
    assert (response.status_code, body["status"], body["code"]) == (status, status, code)
    assert body["type"] == f"urn:argosy:problem:{code}"
    assert response.content_type == "application/problem+json"
    assert body.keys() >= MEMBERS


def test_what_a_refusal_adds_is_a_member_of_the_problem(client: FlaskClient) -> None:
    assert fail(client, "sold").get_json()["left"] == 0


def test_a_refusal_cannot_pass_for_another_kind() -> None:
    body = problem_of(DomainError("no", status=200, code="fine", retryable=True)).body()

    assert (body["status"], body["code"], body["retryable"]) == (409, "refused", False)


def test_a_dependency_that_is_down_says_when_to_come_back(client: FlaskClient) -> None:
    response = fail(client, "unavailable")

    assert response.headers["Retry-After"] == "7"
    assert response.get_json()["retryable"] is True


def test_an_unforeseen_failure_tells_nothing_but_its_trace(
    client: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    response = fail(client, "bug")

    assert "secret" not in response.get_data(as_text=True)
    assert "RuntimeError" not in response.get_data(as_text=True)
    assert "SELECT secret" in caplog.text


@pytest.mark.parametrize(
    ("path", "method", "status", "code"),
    [
        ("/api/v1/notes/nowhere/at/all", "GET", 404, "not_found"),
        ("/api/v1/notes/not_malformed", "GET", 404, "not_found"),
        ("/api/v1/notes/not_01h455vb4pex5vsknk084sn02q", "GET", 404, "not_found"),
        ("/api/v1/notes", "DELETE", 405, "method_not_allowed"),
        ("/api/v1/notes", "TRACE", 405, "method_not_allowed"),
    ],
)
def test_what_routing_refuses_has_the_same_shape(
    client: FlaskClient, path: str, method: str, status: int, code: str
) -> None:
    response = client.open(path, method=method)

    assert (response.status_code, response.get_json()["code"]) == (status, code)
    assert response.get_json().keys() >= MEMBERS


def test_a_405_names_the_methods_that_are_allowed(client: FlaskClient) -> None:
    allowed = client.delete("/api/v1/notes").headers["Allow"]

    assert {"GET", "POST"} <= set(allowed.replace(" ", "").split(","))


@pytest.mark.parametrize("header", ["X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"])
def test_a_header_cannot_change_the_method(client: FlaskClient, header: str) -> None:
    response = client.get("/api/v1/notes", headers={header: "DELETE"})

    assert response.status_code == 405


@pytest.mark.parametrize(
    ("sqlstate", "status", "code", "retryable"),
    [
        ("40001", 503, "database_unavailable", True),
        ("40P01", 503, "database_unavailable", True),
        ("55P03", 503, "database_unavailable", True),
        ("57014", 503, "database_unavailable", True),
        ("57P01", 503, "database_unavailable", True),
        ("25006", 503, "database_unavailable", True),
        ("23505", 409, "conflict", True),
        ("22003", 422, "invalid", False),
        ("42P01", 500, "internal_error", False),
        ("23514", 500, "internal_error", False),
    ],
)
def test_each_failure_of_the_database_has_its_status(
    client: FlaskClient, sqlstate: str, status: int, code: str, *, retryable: bool
) -> None:
    response = client.get(f"/api/v1/notes/sql/{sqlstate}")

    body = response.get_json()
    assert (response.status_code, body["code"], body["retryable"]) == (status, code, retryable)
    assert ("Retry-After" in response.headers) == (status == 503)
    assert "RAISE" not in response.get_data(as_text=True)


def test_an_exhausted_connection_pool_is_503() -> None:
    assert problem_of(database.TimeoutError("pool")).status == 503


def test_a_retryable_failure_is_logged_as_a_warning(
    client: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    client.get("/api/v1/notes/sql/40P01")

    assert [record.levelno for record in caplog.records] == [logging.WARNING]
