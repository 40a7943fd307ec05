"""Older addresses reach the same operations, and nothing else."""

import pytest
from flask import Flask
from werkzeug.test import Client

from libs.http.aliases import Aliases
from libs.http.edge import create_edge
from libs.http.settings import HttpSettings
from tests.libs.http.sample import WEB

ALIASES = {
    "GET /memos/": "GET /api/v1/notes",
    "GET /memos/first/{count}": "GET /api/v1/notes?limit={count}",
    "GET /memos/say": "POST /api/v1/notes/echo",
    "GET /memos/fail/{kind}": "GET /api/v1/notes/fail/{kind}",
    "GET /api/v1/notes/queries/who": "GET /api/v1/notes/who",
}


@pytest.fixture
def port(app: Flask) -> Client:
    """The sample service with older addresses."""
    return Client(create_edge({WEB: app}, HttpSettings(), ALIASES))


@pytest.mark.parametrize("path", ["/memos/", "/memos", "/memos/?limit=20"])
def test_an_alias_answers_as_its_target(port: Client, path: str) -> None:
    assert len(port.get(path).get_json()["data"]) == 20


def test_a_segment_can_become_a_parameter_beside_the_requests_own(port: Client) -> None:
    assert len(port.get("/memos/first/3?cursor=x").get_json()["data"]) == 3


def test_a_segment_cannot_add_a_parameter(port: Client) -> None:
    response = port.get("/memos/first/3%26cursor=x")

    assert response.status_code == 422
    assert [fault["pointer"] for fault in response.get_json()["errors"]] == ["/query/limit"]


def test_a_segment_can_become_a_segment(port: Client) -> None:
    assert port.get("/memos/fail/sold").get_json()["code"] == "notes.sold"


def test_an_alias_under_a_services_prefix_wins(port: Client) -> None:
    assert port.get("/api/v1/notes/queries/who").get_json()["kind"] == "anonymous"


def test_an_alias_can_have_another_method(port: Client) -> None:
    response = port.get("/memos/say", json={"number": 1})

    assert response.get_json() == {"number": 1}


@pytest.mark.parametrize("path", ["/memos/first", "/memos/first/1/2", "/memo"])
def test_other_paths_are_left_alone(port: Client, path: str) -> None:
    assert port.get(path).status_code == 404


def test_another_method_of_an_alias_is_left_alone(port: Client) -> None:
    assert port.post("/memos/").status_code == 404


def test_a_path_that_is_no_text_is_left_alone(port: Client) -> None:
    assert port.get("/memos/%ff%fe").status_code == 404


def test_a_browser_that_asks_first_is_answered_for_the_target(app: Flask) -> None:
    settings = HttpSettings(cors_origins=("https://shop.example",))
    port = Client(create_edge({WEB: app}, settings, ALIASES))
    asks = {"Origin": "https://shop.example", "Access-Control-Request-Method": "GET"}

    assert port.options("/memos/say", headers=asks).status_code < 300


def test_a_post_without_a_key_counts_for_itself(port: Client) -> None:
    table = Aliases({"POST /memos": "POST /api/v1/notes"})
    older = {"PATH_INFO": "/memos", "REQUEST_METHOD": "POST"}
    newer = older | {"HTTP_IDEMPOTENCY_KEY": "mine"}

    table.apply(older)
    table.apply(newer)

    assert len(older["HTTP_IDEMPOTENCY_KEY"]) == 32
    assert newer["HTTP_IDEMPOTENCY_KEY"] == "mine"


def test_the_head_of_an_alias_stays_a_head(port: Client) -> None:
    answer = port.head("/memos")

    assert (answer.status_code, answer.data) == (200, b"")
