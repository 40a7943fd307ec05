"""The documented API of all services together: valid, complete, and kept under hostile input."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from openapi_spec_validator import validate
from schemathesis.checks import not_a_server_error
from werkzeug.test import Client

from libs.http import local
from libs.http.edge import Edge
from libs.runtime import registry
from libs.testing.service_fixtures import ServiceDatabase
from libs.testing.tokens import Issuer
from tests.contracts.whole_shop import whole_shop

METHODS = {"get", "post", "put", "patch", "delete"}
EXAMPLES = 10


@pytest.fixture
def edge(service_database: ServiceDatabase, issuer: Issuer, tmp_path: Path) -> Iterator[Edge]:
    yield whole_shop(service_database, issuer, tmp_path)
    for name in registry.discover():
        app = local.find(name)
        with app.app_context():
            app.extensions["sqlalchemy"].engine.dispose()


@pytest.fixture
def document(edge: Edge) -> dict[str, Any]:
    found: dict[str, Any] = Client(edge).get("/openapi.json").get_json()
    return found


def test_the_merged_document_is_valid_openapi(document: dict[str, Any]):
    validate(document)


def test_every_operation_says_who_may_call_it_and_what_it_does(document: dict[str, Any]):
    silent = [
        f"{method} {path}"
        for path, operations in document["paths"].items()
        for method, operation in operations.items()
        if method in METHODS and not (operation.get("x-authz") and operation.get("summary"))
    ]

    assert len(document["paths"]) > 40
    assert silent == []


def test_internal_routes_are_not_documented(document: dict[str, Any]):
    assert [path for path in document["paths"] if path.startswith("/internal")] == []


@pytest.mark.timeout(600)
def test_no_input_makes_any_operation_fail(edge: Edge, issuer: Issuer):
    schema = schemathesis.openapi.from_wsgi("/openapi.json", edge)
    headers = issuer.admin()
    tried = 0

    for operation in schema.get_all_operations():
        checked = operation.ok()
        if checked.path.endswith(("/events", "/stream")) and checked.method == "get":
            continue  # an endless stream

        @settings(
            max_examples=EXAMPLES,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        )
        @given(case=checked.as_strategy())
        def attack(case: schemathesis.Case) -> None:
            case.call_and_validate(headers=headers, checks=[not_a_server_error])

        attack()
        tried += 1

    assert tried > 60
