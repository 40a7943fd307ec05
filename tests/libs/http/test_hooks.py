"""Around every request: trace, request id, headers, CORS, and one log line when it matters."""

import json
import logging
import time
from typing import Any
from uuid import UUID

import pytest
from flask import Flask, Response, stream_with_context
from flask.testing import FlaskClient

from libs.http import hooks, prefer
from libs.http.app import create_service_app
from libs.http.settings import HttpSettings
from libs.observability import metrics, tracing
from libs.observability.logging import JsonFormatter
from libs.testing.tokens import Issuer
from tests.libs.http.sample import WEB

NOTES = "/api/v1/notes"
TRACE = "0123456789abcdef0123456789abcdef"
SHOP = "https://shop.example"


@pytest.fixture
def shop(environ: dict[str, str]) -> FlaskClient:
    """A service that lets one shop's pages call it."""
    settings = {**environ, "ARGOSY_CORS_ORIGINS": f"{SHOP}, https://admin.example"}
    return create_service_app(WEB, settings).test_client()


@pytest.fixture
def streaming() -> FlaskClient:
    """An app of one stream and one answer that is held back."""
    app = Flask("streaming", static_folder=None)
    hooks.register(app, "streaming", HttpSettings())
    app.add_url_rule("/stream", view_func=stream)
    app.add_url_rule("/wait", view_func=wait)
    return app.test_client()


def stream() -> Response:
    return Response(stream_with_context(iter(("one", "two"))))


def wait() -> str:
    with prefer.holding():
        time.sleep(0.2)
    return "done"


def preflight(client: FlaskClient, origin: str) -> Any:
    return client.options(
        NOTES, headers={"Origin": origin, "Access-Control-Request-Method": "POST"}
    )


def test_a_problem_names_the_callers_trace(client: FlaskClient) -> None:
    headers = {"traceparent": f"00-{TRACE}-0123456789abcdef-01"}

    assert client.get(f"{NOTES}/fail/plain", headers=headers).get_json()["trace_id"] == TRACE


def test_a_problem_without_a_caller_has_a_trace_of_its_own(client: FlaskClient) -> None:
    traces = {client.get(f"{NOTES}/fail/plain").get_json()["trace_id"] for _ in range(2)}

    assert len(traces) == 2


def test_no_trace_is_left_behind(client: FlaskClient) -> None:
    client.get(NOTES)

    assert tracing.current() is None


def test_a_context_that_serves_no_request_ends_well(app: Flask) -> None:
    with app.test_request_context(NOTES):
        assert tracing.current() is None


def test_a_request_id_is_echoed(client: FlaskClient) -> None:
    answer = client.get(NOTES, headers={"X-Request-Id": "abc-123"})

    assert answer.headers["X-Request-Id"] == "abc-123"


@pytest.mark.parametrize("given", ["", "x" * 129, "a\tb", "ü"])
def test_a_request_id_that_could_do_harm_is_replaced(client: FlaskClient, given: str) -> None:
    answer = client.get(NOTES, headers={"X-Request-Id": given})

    assert len(answer.headers["X-Request-Id"]) == 32


@pytest.mark.parametrize("path", [NOTES, "/nowhere", f"{NOTES}/fail/bug"])
def test_every_answer_has_the_security_headers(client: FlaskClient, path: str) -> None:
    headers = client.get(path).headers

    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Content-Security-Policy"] == "default-src 'none'; frame-ancestors 'none'"
    assert headers["Cache-Control"] == "no-store"
    assert "Server" not in headers


def test_a_listed_origin_may_call(shop: FlaskClient) -> None:
    headers = shop.get(NOTES, headers={"Origin": SHOP}).headers

    assert headers["Access-Control-Allow-Origin"] == SHOP
    assert "ETag" in headers["Access-Control-Expose-Headers"]
    assert headers["Vary"] == "Origin"


def test_a_listed_origin_may_ask_before(shop: FlaskClient) -> None:
    answer = preflight(shop, SHOP)

    assert answer.status_code == 200
    assert "POST" in answer.headers["Access-Control-Allow-Methods"]
    assert "Idempotency-Key" in answer.headers["Access-Control-Allow-Headers"]


@pytest.mark.parametrize(
    "origin", ["null", "https://evil.example", f"{SHOP}.evil.example", "http://shop.example", "*"]
)
def test_no_other_origin_gets_a_header(shop: FlaskClient, origin: str) -> None:
    for answer in (shop.get(NOTES, headers={"Origin": origin}), preflight(shop, origin)):
        assert not [name for name, _ in answer.headers if name.startswith("Access-Control")]


def test_no_origin_may_call_by_default(client: FlaskClient) -> None:
    answer = client.get(NOTES, headers={"Origin": SHOP})

    assert "Access-Control-Allow-Origin" not in answer.headers


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("wait=5", 5),
        ("wait=100", 25),
        ("respond-async, wait=3", 3),
        ('wait="2"', 2),
        ("wait=-1", 0),
        ("wait=1.5", 0),
        ("wait", 0),
        ("wait=٣", 0),
        ("", 0),
    ],
)
def test_a_client_may_prefer_to_wait(client: FlaskClient, header: str, seconds: float) -> None:
    answer = client.get(f"{NOTES}/who", headers={"Prefer": header})

    assert answer.get_json()["wait"] == seconds


def test_a_page_links_its_neighbours(client: FlaskClient) -> None:
    answer = client.get(f"{NOTES}?limit=2&cursor=here")

    assert answer.headers["Link"] == f'<{NOTES}?limit=2&cursor=more>; rel="next"'


def test_invented_methods_share_one_series(client: FlaskClient) -> None:
    for method in ("BREW", "WHEN"):
        client.open(NOTES, method=method)

    page = metrics.exposition()[0].decode()
    assert 'method="(other)"' in page
    assert "BREW" not in page


def test_a_request_is_in_flight_until_its_stream_ends(streaming: FlaskClient) -> None:
    flying = metrics.in_flight("streaming")._value

    with streaming.get("/stream") as answer:
        during = flying.get()
        read = list(answer.response)

    assert (during, read, flying.get()) == (1, [b"one", b"two"], 0)


def test_what_a_client_asked_to_wait_is_no_latency(streaming: FlaskClient) -> None:
    streaming.get("/wait")

    page = metrics.exposition()[0].decode()
    labels = 'le="0.1",method="GET",route="/wait",service="streaming"'
    assert f"http_request_seconds_bucket{{{labels}}} 1.0" in page


def test_a_failed_request_is_logged_once_with_its_facts(
    client: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, "argosy.access"):
        client.get(f"{NOTES}/fail/unavailable")

    records = [record for record in caplog.records if record.name == "argosy.access"]
    assert [vars(record)["status"] for record in records] == [503]
    assert vars(records[0])["route"] == f"{NOTES}/fail/<kind>"


def test_the_log_names_the_user_by_id_alone(
    client: FlaskClient, issuer: Issuer, alice: UUID, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.handler.setFormatter(JsonFormatter("edge"))

    with caplog.at_level(logging.INFO, "argosy.access"):
        client.get(f"{NOTES}/fail/unavailable", headers=issuer.user(alice))

    line = json.loads(caplog.text)
    assert (line["user_id"], line["service"]) == (str(alice), "notes")
    assert "Bearer" not in caplog.text


def test_an_ordinary_request_is_not_logged(
    client: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        client.get(NOTES)
        client.get(f"{NOTES}/fail/plain")

    assert caplog.records == []
