"""The Postman collection says what the OpenAPI document says."""

import json
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import Client

from libs.http.edge import create_edge
from libs.http.settings import HttpSettings
from tests.libs.http.sample import WEB


@pytest.fixture
def port(app: Flask) -> Client:
    return Client(create_edge({WEB: app}, HttpSettings()))


@pytest.fixture
def requests(port: Client) -> dict[str, dict[str, Any]]:
    """Every request of the collection, by the name of its operation."""
    collection = port.get("/docs/postman_collection.json").get_json()
    folders = collection["item"]
    return {item["name"]: item["request"] for folder in folders for item in folder["item"]}


def test_it_holds_every_operation_of_the_document(port: Client, requests: Any) -> None:
    paths = port.get("/openapi.json").get_json()["paths"]

    documented = {
        (one["operationId"], method.upper(), path.replace("{", ":").replace("}", ""))
        for path, members in paths.items()
        for method, one in members.items()
        if method != "parameters"
    }

    assert documented == {
        (name, request["method"], request["url"]["raw"].removeprefix("{{argosy}}"))
        for name, request in requests.items()
    }


def test_a_body_is_the_example_of_the_document(port: Client, requests: Any) -> None:
    described = port.get("/openapi.json").get_json()["paths"]["/api/v1/notes"]["post"]
    example = described["requestBody"]["content"]["application/json"]["example"]

    request = requests[described["operationId"]]

    assert json.loads(request["body"]["raw"]) == example
    assert {"key": "Content-Type", "value": "application/json"} in request["header"]


def test_what_everybody_may_call_needs_no_token(requests: Any) -> None:
    free = {name for name, request in requests.items() if request.get("auth")}

    assert free
    assert free < set(requests)
