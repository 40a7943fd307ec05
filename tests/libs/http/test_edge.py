"""One port: dispatch by prefix, health, metrics, and the API's pages."""

import socket
import time

import pytest
from flask import Flask
from openapi_spec_validator import OpenAPIV31SpecValidator
from werkzeug.test import Client

from libs.http import openapi
from libs.http.app import WebService, create_service_app
from libs.http.edge import Edge, create_app, create_edge, create_pages
from libs.http.settings import HttpSettings
from tests.libs.http.sample import WEB

NOWHERE = {"ARGOSY_NOTES_DATABASE_URL": "postgresql://nobody@127.0.0.1:1/nothing"}


@pytest.fixture
def port(edge: Edge) -> Client:
    """A caller of the whole port."""
    return Client(edge)


@pytest.fixture
def without_database() -> Client:
    """The port of a service whose database is down."""
    return Client(create_app([WEB], NOWHERE))


def other(prefix: str) -> WebService:
    return WebService("other", (prefix,), ())


def test_a_service_answers_under_its_prefix(port: Client) -> None:
    assert port.get("/api/v1/notes").get_json()["page"]["has_more"] is True


@pytest.mark.parametrize(
    "path", ["/nowhere", "/api/v1/notesandmore", "/api/v1", "/internal", "/api//v1/notes", "/x//"]
)
def test_other_paths_are_a_problem(port: Client, path: str) -> None:
    response = port.get(path)

    assert (response.status_code, response.get_json()["code"]) == (404, "not_found")


def test_the_longest_prefix_wins(app: Flask, environ: dict[str, str]) -> None:
    url = environ["ARGOSY_NOTES_DATABASE_URL"]
    special = create_service_app(other("/api/v1/notes/special"), {"ARGOSY_OTHER_DATABASE_URL": url})
    port = Client(create_edge({WEB: app, other("/api/v1/notes/special"): special}, HttpSettings()))

    assert port.get("/api/v1/notes/who").status_code == 200
    assert port.get("/api/v1/notes/special/who").status_code == 404


def test_a_service_may_own_what_lies_below_anothers_things(
    app: Flask, environ: dict[str, str]
) -> None:
    url = environ["ARGOSY_NOTES_DATABASE_URL"]
    below = other("/api/v1/notes/*/stars")
    second = create_service_app(below, {"ARGOSY_OTHER_DATABASE_URL": url})
    answered: list[str] = []
    second.before_request(lambda: answered.append("other"))
    port = Client(create_edge({WEB: app, below: second}, HttpSettings()))

    port.get("/api/v1/notes/who")
    port.get("/api/v1/notes/who/stars")

    assert answered == ["other"]


def test_two_services_cannot_claim_one_prefix(app: Flask, environ: dict[str, str]) -> None:
    url = environ["ARGOSY_NOTES_DATABASE_URL"]
    second = create_service_app(other("/api/v1/notes"), {"ARGOSY_OTHER_DATABASE_URL": url})

    with pytest.raises(ValueError, match="two services claim the prefix /api/v1/notes"):
        create_edge({WEB: app, other("/api/v1/notes"): second}, HttpSettings())


def test_the_index_says_what_is_here(port: Client) -> None:
    assert port.get("/").get_json()["services"] == ["notes"]


def test_live_asks_nothing(without_database: Client) -> None:
    assert without_database.get("/livez").get_json() == {"status": "ok"}


def test_ready_with_a_current_schema(port: Client) -> None:
    assert port.get("/readyz").get_json() == {"status": "ready"}
    assert port.get("/readyz").status_code == 200


def test_not_ready_without_the_database(without_database: Client) -> None:
    response = without_database.get("/readyz")

    assert (response.status_code, response.get_json()["code"]) == (503, "not_ready")
    assert response.get_json()["services"] == {"notes": "its database is unreachable"}


def test_not_ready_while_the_schema_is_behind(environ: dict[str, str], database_url: str) -> None:
    port = Client(create_app([WEB], {**environ, "ARGOSY_NOTES_DATABASE_URL": database_url}))

    response = port.get("/readyz")

    assert response.status_code == 503
    assert response.get_json()["services"] == {"notes": "its database schema is behind"}


def test_ready_asks_neither_broker_nor_redis(environ: dict[str, str]) -> None:
    port = Client(create_app([WEB], {**environ, **down(["ARGOSY_BROKER_URL", "ARGOSY_REDIS_URL"])}))

    assert port.get("/readyz").status_code == 200


def down(variables: list[str]) -> dict[str, str]:
    schemes = {"ARGOSY_BROKER_URL": "amqp", "ARGOSY_REDIS_URL": "redis"}
    return {name: f"{schemes[name]}://127.0.0.1:1" for name in variables}


@pytest.mark.parametrize("variable", ["ARGOSY_BROKER_URL", "ARGOSY_REDIS_URL"])
def test_health_is_degraded_but_200_without_broker_or_redis(
    environ: dict[str, str], variable: str
) -> None:
    response = Client(create_app([WEB], {**environ, **down([variable])})).get("/health")

    assert (response.status_code, response.get_json()["status"]) == (200, "degraded")
    kind = variable.split("_")[1].lower()
    assert response.get_json()["services"]["notes"][kind]["status"] == "down"


def test_health_is_down_without_the_database(without_database: Client) -> None:
    response = without_database.get("/health")

    assert (response.status_code, response.get_json()["status"]) == (503, "down")


def test_health_is_ok_when_all_answer(
    environ: dict[str, str], redis_url: str, broker_url: str
) -> None:
    settings = {**environ, "ARGOSY_REDIS_URL": redis_url, "ARGOSY_BROKER_URL": broker_url}

    body = Client(create_app([WEB], settings)).get("/health").get_json()

    assert body["status"] == "ok"
    probes = body["services"]["notes"]
    assert {name: probe["status"] for name, probe in probes.items()} == dict.fromkeys(
        ("database", "broker", "redis"), "up"
    )


def test_a_dependency_that_never_answers_is_down_after_a_second(environ: dict[str, str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"127.0.0.1:{silent.getsockname()[1]}"
        urls = {"ARGOSY_BROKER_URL": f"amqp://{address}", "ARGOSY_REDIS_URL": f"redis://{address}"}
        body = Client(create_app([WEB], {**environ, **urls})).get("/health").get_json()

    probes = body["services"]["notes"]
    assert [probes[name]["status"] for name in ("broker", "redis")] == ["down", "down"]
    assert all(probe["milliseconds"] < 1200 for probe in probes.values())


@pytest.mark.parametrize("path", ["/health", "/readyz"])
def test_a_database_that_never_answers_is_told_after_a_second(path: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"postgresql://nobody@127.0.0.1:{silent.getsockname()[1]}/nothing"
        port = Client(create_app([WEB], {"ARGOSY_NOTES_DATABASE_URL": url}))
        started = time.monotonic()
        response = port.get(path)
        took = time.monotonic() - started

    assert response.status_code == 503
    assert took < 1.5


def test_metrics_count_by_route_and_not_by_path(port: Client) -> None:
    port.get("/api/v1/notes/not_01h455vb4pex5vsknk084sn02q")

    page = port.get("/metrics").get_data(as_text=True)

    route = "/api/v1/notes/<id('not'):note_id>"
    labels = f'method="GET",route="{route}",service="notes",status_class="4xx"'
    assert f"http_requests_total{{{labels}}}" in page
    assert "not_01h455vb4pex5vsknk084sn02q" not in page


@pytest.mark.parametrize(("path", "asset"), [("/docs/", "swagger-ui.js"), ("/redoc/", "redoc.js")])
def test_the_pages_load_nothing_from_elsewhere(port: Client, path: str, asset: str) -> None:
    page = port.get(path)

    assert "://" not in page.get_data(as_text=True)
    assert f"/docs/assets/{asset}" in page.get_data(as_text=True)
    assert "default-src 'none'; script-src 'self';" in page.headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    ("path", "part"),
    [
        ("/docs/assets/swagger-ui.js", b"SwaggerUIBundle"),
        ("/docs/assets/swagger-ui.css", b".swagger-ui"),
        ("/docs/assets/redoc.js", b"Redoc"),
        ("/docs/start/swagger-ui.js", b"/openapi.json"),
        ("/docs/start/redoc.js", b"/openapi.json"),
    ],
)
def test_what_the_pages_load_is_there(port: Client, path: str, part: bytes) -> None:
    with port.get(path) as response:
        assert response.status_code == 200
        assert part in response.get_data()


@pytest.mark.parametrize("name", ["__init__.py", "..%2F__init__.py", "url.json"])
def test_nothing_else_of_the_package_is_served(port: Client, name: str) -> None:
    assert port.get(f"/docs/assets/{name}").status_code == 404
    assert port.get(f"/docs/start/{name}").status_code == 404


def test_the_merged_document_is_valid_openapi(port: Client) -> None:
    document = port.get("/openapi.json").get_json()

    OpenAPIV31SpecValidator(document).validate()


def test_the_document_says_who_may_call_and_how_it_fails(port: Client) -> None:
    paths = port.get("/openapi.json").get_json()["paths"]
    write = paths["/api/v1/notes"]["post"]

    assert write["operationId"] == "write_note"
    assert write["summary"] == "Keep a note."
    assert write["x-authz"] == {"user": True}
    assert write["security"] == [{"accessToken": []}]
    assert {"201", "400", "401", "403", "409", "413", "415", "422", "503"} <= write[
        "responses"
    ].keys()
    key = next(each for each in write["parameters"] if each["name"] == "Idempotency-Key")
    assert key["required"] is True
    assert paths["/api/v1/notes/admin"]["get"]["x-authz"] == {
        "user": True,
        "roles": ["admin"],
        "scopes": ["notes:read"],
    }


def test_the_document_has_an_operation_for_every_public_route(app: Flask, port: Client) -> None:
    paths = port.get("/openapi.json").get_json()["paths"]
    documented = {(path, method.upper()) for path, one in paths.items() for method in one}

    routes = {
        (openapi_path(rule.rule), method)
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
        if not rule.rule.startswith("/internal/")
    }

    assert {(path, method) for path, method in documented if method != "PARAMETERS"} == routes


def openapi_path(rule: str) -> str:
    parts = (part.rpartition(":")[2] for part in rule.split("<"))
    return "{".join(parts).replace(">", "}")


def test_internal_routes_are_not_documented(port: Client) -> None:
    assert "/internal" not in port.get("/openapi.json").get_data(as_text=True)


def test_our_fields_are_documented_as_what_they_accept(port: Client) -> None:
    schemas = port.get("/openapi.json").get_json()["components"]["schemas"]
    echo = schemas["Echo"]["properties"]

    assert echo["id"]["pattern"] == "^not_[0-7][0-9a-hjkmnp-tv-z]{25}$"
    assert echo["price"]["required"] == ["amount", "currency"]
    assert echo["at"]["format"] == "date-time"
    assert (echo["quantity"]["minimum"], echo["quantity"]["maximum"]) == (1, 999)
    assert schemas["Echo"]["additionalProperties"] is False


def test_a_problem_is_documented_with_room_for_members_of_its_own(port: Client) -> None:
    schemas = port.get("/openapi.json").get_json()["components"]["schemas"]

    assert schemas["Problem"]["additionalProperties"] is True


def test_two_operations_cannot_have_one_name() -> None:
    get = {"get": {"operationId": "get_thing"}}

    with pytest.raises(ValueError, match="several operations: get_thing"):
        openapi.merge([{"paths": {"/a": get}}, {"paths": {"/b": get}}])


def test_two_services_cannot_document_one_name_differently() -> None:
    first = {"paths": {}, "components": {"schemas": {"Thing": {"type": "string"}}}}
    second = {"paths": {}, "components": {"schemas": {"Thing": {"type": "integer"}}}}

    with pytest.raises(ValueError, match="two services document schemas Thing differently"):
        openapi.merge([first, second])


def test_the_pages_need_neither_settings_nor_database() -> None:
    pages = Client(create_pages([WEB], {}))

    assert pages.get("/readyz").status_code == 200
    assert pages.get("/").get_json()["services"] == ["notes"]
    assert pages.get("/docs/").status_code == 200


def test_the_pages_describe_what_others_serve(port: Client) -> None:
    pages = Client(create_pages([WEB], {}))

    assert pages.get("/openapi.json").get_json() == port.get("/openapi.json").get_json()
    assert pages.get("/api/v1/notes").status_code == 404
