"""How a request's body and query reach a view, and which never do."""

import gzip
from typing import Any

import pytest
import urllib3
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.libs.http.live import served

ECHO = "/api/v1/notes/echo"
MEBIBYTE = 1024 * 1024


def post(client: FlaskClient, body: bytes, content_type: str | None = "application/json") -> Any:
    return client.post(ECHO, data=body, content_type=content_type)


def codes(response: TestResponse) -> dict[str, str]:
    return {fault["pointer"]: fault["code"] for fault in response.get_json()["errors"]}


def test_a_body_over_one_mebibyte_is_413(client: FlaskClient) -> None:
    response = post(client, b'{"text": "' + b"x" * MEBIBYTE + b'"}')

    assert (response.status_code, response.get_json()["code"]) == (413, "body_too_large")


@pytest.mark.parametrize(("size", "status"), [(MEBIBYTE, 200), (MEBIBYTE + 1, 413)])
def test_a_chunked_body_has_the_same_limit(app: Flask, size: int, status: int) -> None:
    body = b'{"number": 1}'.ljust(size)

    with served(app) as url:
        response = urllib3.request(
            "POST",
            url + ECHO,
            body=iter([body[:70_000], body[70_000:]]),
            headers={"Content-Type": "application/json"},
            timeout=5,
            retries=False,
        )

    assert response.status == status


@pytest.mark.parametrize(
    "content_type",
    [
        None,
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/json; charset=utf-16",
        "application/jsonp",
    ],
)
def test_a_body_of_another_type_is_415(client: FlaskClient, content_type: str | None) -> None:
    response = post(client, b'{"number": 1}', content_type)

    assert (response.status_code, response.get_json()["code"]) == (415, "unsupported_media_type")


def test_a_charset_of_utf8_is_welcome(client: FlaskClient) -> None:
    assert post(client, b'{"number": 1}', "application/json; charset=UTF-8").status_code == 200


def test_a_compressed_body_is_never_unpacked(client: FlaskClient) -> None:
    bomb = gzip.compress(b" " * MEBIBYTE)

    response = client.post(
        ECHO, data=bomb, content_type="application/json", headers={"Content-Encoding": "gzip"}
    )

    assert response.status_code == 415


@pytest.mark.parametrize("content_type", ["application/json", None, "text/plain"])
def test_an_empty_body_is_400(client: FlaskClient, content_type: str | None) -> None:
    response = post(client, b"", content_type)

    assert (response.status_code, response.get_json()["code"]) == (400, "empty_body")


@pytest.mark.parametrize("body", [b"[]", b'"text"', b"1", b"null"])
def test_a_body_that_is_no_object_is_422(client: FlaskClient, body: bytes) -> None:
    assert codes(post(client, body)) == {"": "invalid"}


def test_every_fault_is_told_at_once_with_its_pointer(client: FlaskClient) -> None:
    body = {"price": {"amount": "1", "extra": 1}, "number": True, "unit_price": 5}

    response = client.post(ECHO, json=body)

    assert response.status_code == 422
    assert codes(response) == {
        "/price/amount": "invalid",
        "/price/currency": "required",
        "/price/extra": "unknown_field",
        "/number": "invalid",
        "/unit_price": "unknown_field",
    }


@pytest.mark.parametrize(
    ("query", "pointer", "code"),
    [
        ("unknown=1", "/query/unknown", "unknown_field"),
        ("limit=0", "/query/limit", "invalid"),
        ("limit=101", "/query/limit", "invalid"),
        ("limit=1000000000", "/query/limit", "invalid"),
        ("limit=-1", "/query/limit", "invalid"),
        ("limit=1.0", "/query/limit", "invalid"),
        ("limit=%D9%A1", "/query/limit", "invalid"),
        ("limit=1&limit=2", "/query/limit", "repeated"),
        ("cursor=a%00b", "/query/cursor", "invalid_characters"),
        ("cursor=", "/query/cursor", "invalid"),
        ("a/b~=1", "/query/a~1b~0", "unknown_field"),
    ],
)
def test_a_query_that_breaks_its_schema_is_422(
    client: FlaskClient, query: str, pointer: str, code: str
) -> None:
    response = client.get(f"/api/v1/notes?{query}")

    assert response.status_code == 422
    assert codes(response)[pointer] == code


def test_a_query_is_refused_where_none_is_declared(client: FlaskClient) -> None:
    assert codes(client.get("/api/v1/notes/who?debug=1")) == {"/query/debug": "unknown_field"}


def test_nul_in_a_path_is_404(client: FlaskClient) -> None:
    assert client.get("/api/v1/notes/fail/a%00b").status_code == 404
