"""Every older address of the shop reaches the operation that it stands for."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import Client

from libs.http import local
from libs.http.edge import Edge, create_edge
from libs.http.prefixes import Prefixes
from libs.http.settings import HttpSettings
from libs.runtime import registry
from libs.runtime.aliases import ALIASES, roots
from libs.testing.service_fixtures import ServiceDatabase
from libs.testing.tokens import Issuer
from tests.contracts.whole_shop import whole_shop

_VALUES = {
    "{id}": "linen-shirt",
    "{slug}": "linen",
    "{code}": "SUMMER10",
    "{position}": "top",
    "{session_id}": "crt_01jcxjmz3df889tfjz5e64mvkh",
    "{product_id}": "prd_01jcxjmz3df889tfjz5e64mvkh",
}


@pytest.fixture
def edge(service_database: ServiceDatabase, issuer: Issuer, tmp_path: Path) -> Iterator[Edge]:
    yield whole_shop(service_database, issuer, tmp_path)
    for name in registry.discover():
        app = local.find(name)
        with app.app_context():
            app.extensions["sqlalchemy"].engine.dispose()


def _filled(url: str) -> str:
    for name, value in _VALUES.items():
        url = url.replace(name, value)
    return url


def _answer(client: Client, request: str, headers: dict[str, str]) -> tuple[int, Any]:
    """Status and code or shape of what a request without a body gets."""
    method, _, url = request.partition(" ")
    answer = client.open(_filled(url), method=method, headers=headers)
    body = answer.get_json(silent=True) or {}
    return answer.status_code, body.get("code", sorted(body))


def test_every_alias_answers_as_its_target_with_and_without_a_slash(edge, issuer):
    client, admin = Client(edge), issuer.admin() | {"Idempotency-Key": "one"}
    other = {
        alias: (found, expected)
        for alias, target in ALIASES.items()
        for slash in ("", "/")
        if (found := _answer(client, alias + slash, admin))
        != (expected := _answer(client, target, admin))
    }

    assert other == {}


def test_every_target_is_an_operation(edge):
    paths = Client(edge).get("/openapi.json").get_json()["paths"]
    shapes = {
        f"{method.upper()} {_shape(path)}" for path, members in paths.items() for method in members
    }

    missing = {
        target
        for target in ALIASES.values()
        if _shape(target.partition("?")[0]) not in shapes and "/api/" in target
    }

    assert missing == set()


def _shape(path: str) -> str:
    return "/".join("{}" if part.startswith("{") else part for part in path.split("/"))


@pytest.mark.parametrize("path", ["/docs", "/redoc", "/health", "/metrics", "/openapi.json", ""])
def test_the_pages_answer_with_and_without_a_slash(path):
    client = Client(create_edge({}, HttpSettings()))

    assert [client.get(one).status_code for one in (path or "/", f"{path}/")] == [200, 200]


def test_older_addresses_lead_to_the_service_that_has_the_operation():
    owners = Prefixes({"/api/v1/orders": "orders", "/api/v1/carts": "carts"})

    assert roots(owners, "orders") == ["/api/orders", "/orders"]
    assert "/api/v1/orders/queries/carts/by-session" in roots(owners, "carts")
