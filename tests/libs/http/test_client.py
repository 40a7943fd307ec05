"""Calls between services: signed, traced, bounded in time, the same at a URL and in the process."""

import socket
import time
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import msgspec
import pytest
from flask import Flask, Response, request
from prometheus_client import REGISTRY

from libs.errors import Conflict, DomainError, NotFound, Unauthenticated, Unavailable
from libs.http import local
from libs.http.client import ServiceClient
from libs.http.service_keys import ServiceKey
from libs.observability import tracing
from libs.testing.tokens import Issuer
from tests.libs.http.live import served


class Who(msgspec.Struct):
    """What the sample service says of its caller."""

    kind: str
    service: str | None = None


@pytest.fixture(params=["at a URL", "in the process"])
def base_url(request: pytest.FixtureRequest, app: Flask) -> Iterator[str]:
    """Where the sample service is."""
    if request.param == "in the process":
        local.host("notes", app)
        yield "local:notes"
        return
    with served(app) as url:
        yield url


@pytest.fixture
def orders(issuer: Issuer) -> ServiceKey:
    return issuer.service_key("orders")


@pytest.fixture
def client(base_url: str, orders: ServiceKey) -> ServiceClient:
    """Orders' view of the sample service."""
    return ServiceClient(base_url, callee="notes", key=orders)


def calls(outcome: str) -> float:
    """How many calls to notes ended so."""
    labels = {"service": "orders", "callee": "notes", "outcome": outcome}
    return REGISTRY.get_sample_value("http_client_seconds_count", labels) or 0


@pytest.mark.parametrize("anything", [{"number": 7}])
def test_an_answer_has_the_type_asked_for(client: ServiceClient, anything: dict[str, int]) -> None:
    assert client.get("/internal/notes/secret", Who) == Who("service", "orders")
    assert client.post("/api/v1/notes/echo", anything, dict[str, int]) == anything


def test_a_query_is_passed_on(client: ServiceClient) -> None:
    page = client.get("/api/v1/notes", dict[str, Any], limit=3)

    assert len(page["data"]) == 3


@pytest.mark.parametrize(
    ("path", "outcome"),
    [
        ("/internal/notes/secret", "answered"),
        ("/api/v1/notes/fail/sold", "refused"),
        ("/api/v1/notes/fail/bug", "unavailable"),
    ],
)
def test_a_call_is_timed_by_what_came_of_it(client: ServiceClient, path: str, outcome: str) -> None:
    before = calls(outcome)

    with suppress(DomainError):
        client.get(path, Who)

    assert calls(outcome) == before + 1


@pytest.mark.parametrize(
    ("kind", "raised", "code"),
    [
        ("missing", NotFound, "not_found"),
        ("sold", Conflict, "notes.sold"),
        ("unavailable", Unavailable, "unavailable"),
        ("bug", Unavailable, "unavailable"),
    ],
)
def test_the_callees_refusal_is_raised_as_what_it_is(
    client: ServiceClient, kind: str, raised: type[DomainError], code: str
) -> None:
    with pytest.raises(raised) as caught:
        client.get(f"/api/v1/notes/fail/{kind}", Who)

    assert type(caught.value) is raised
    assert caught.value.code == code


def test_what_the_refusal_adds_is_kept(client: ServiceClient) -> None:
    with pytest.raises(Conflict) as caught:
        client.get("/api/v1/notes/fail/sold", Who)

    assert caught.value.extra == {"left": 0}
    assert caught.value.detail == "the note is sold"
    assert Conflict.code == "conflict"


def test_an_answer_of_another_form_is_unavailable(client: ServiceClient) -> None:
    with pytest.raises(Unavailable, match="notes answered in a form not understood"):
        client.get("/api/v1/notes", Who)


def test_an_unknown_key_is_unauthenticated(base_url: str) -> None:
    stranger = ServiceClient(base_url, callee="notes", key=ServiceKey.generate("orders"))

    with pytest.raises(Unauthenticated):
        stranger.get("/internal/notes/secret", Who)


def test_the_token_is_made_once(orders: ServiceKey) -> None:
    assert orders.token("notes") == orders.token("notes")
    assert orders.token("notes") != orders.token("carts")


def test_a_service_that_is_not_there_is_unavailable(orders: ServiceKey) -> None:
    nowhere = ServiceClient("http://127.0.0.1:1", callee="carts", key=orders)
    not_hosted = ServiceClient("local:nowhere", callee="nowhere", key=orders)

    with pytest.raises(Unavailable, match="carts does not answer"):
        nowhere.get("/", Who)
    with pytest.raises(Unavailable, match="nowhere is not hosted by this process"):
        not_hosted.get("/", Who)


def test_a_service_that_never_answers_is_given_up_in_time(orders: ServiceKey) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        started = time.monotonic()
        with pytest.raises(Unavailable):
            ServiceClient(url, callee="carts", key=orders).post("/", {}, Who)

    assert 0.9 < time.monotonic() - started < 1.6


class Dropping:
    """A server that breaks the first connections off and counts what arrives."""

    def __init__(self, broken: int) -> None:
        self.arrived: list[str] = []
        self.broken = broken
        self.app = Flask("dropping")
        self.app.add_url_rule("/", view_func=self._answer, methods=["GET", "POST"])

    def _answer(self) -> Response:
        self.arrived.append(request.method)
        if len(self.arrived) <= self.broken:
            request.environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)
        return Response(b'{"kind": "answered"}', content_type="application/json")


def test_a_read_is_tried_twice(orders: ServiceKey) -> None:
    server = Dropping(broken=1)

    with served(server.app) as url:
        answer = ServiceClient(url, callee="carts", key=orders).get("/", Who)

    assert answer == Who("answered")
    assert server.arrived == ["GET", "GET"]


def test_a_write_is_tried_once(orders: ServiceKey) -> None:
    server = Dropping(broken=1)

    with served(server.app) as url, pytest.raises(Unavailable):
        ServiceClient(url, callee="carts", key=orders).post("/", {}, Who)

    assert server.arrived == ["POST"]


def test_a_write_that_the_callee_knows_again_is_tried_twice(orders: ServiceKey) -> None:
    server = Dropping(broken=1)

    with served(server.app) as url:
        client = ServiceClient(url, callee="carts", key=orders)
        answer = client.post("/", {}, Who, repeatable=True)

    assert answer == Who("answered")
    assert server.arrived == ["POST", "POST"]


def test_the_trace_goes_on_and_the_callers_own_comes_back(orders: ServiceKey) -> None:
    callee = Flask("callee")
    callee.add_url_rule("/", view_func=lambda: {"kind": request.headers["traceparent"]})
    local.host("callee", callee)

    with tracing.within("00-0123456789abcdef0123456789abcdef-0123456789abcdef-01") as span:
        seen = ServiceClient("local:callee", callee="callee", key=orders).get("/", Who)
        after = tracing.current()

    assert seen.kind == span.header
    assert after == span


def test_a_call_within_the_process_leaves_the_callers_context_as_it_was(
    client: ServiceClient,
) -> None:
    with tracing.within(None) as span:
        client.get("/internal/notes/secret", Who)

        assert tracing.current() == span
