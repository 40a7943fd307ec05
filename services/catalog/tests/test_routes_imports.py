"""Imports over HTTP."""

from typing import Any

import pytest

from libs.contracts.catalog import WorkImports
from libs.ids import from_text, to_text, uuid7
from libs.testing.service_fixtures import ServiceApp
from services.catalog import tasks
from services.catalog.tests.imports import csv
from services.catalog.tests.shop import Shop

URL = "/api/v1/imports"
CSV = {"content_type": "text/csv; charset=utf-8"}


def work(location: str) -> None:
    """Run the job of the import at that address."""
    import_id = from_text("imp", location.rpartition("/")[2])
    tasks.work_imports(WorkImports(import_id=import_id))


def test_a_file_is_accepted_worked_and_reported(
    client: Any, admin: dict[str, str], shop: Shop
) -> None:
    data = csv("A,Mug,1,EUR", "B,,x,EUR", "C,Cup,2,EUR")

    accepted = client.post(URL, data=data, headers=admin, **CSV)
    location = accepted.headers["Location"]
    waiting = client.get(location, headers=admin).json
    work(location)
    done = client.get(location, headers=admin).json
    first = client.get(f"{location}/errors?limit=1", headers=admin).json
    rest = client.get(f"{location}/errors?cursor={first['page']['next']}", headers=admin).json

    assert (accepted.status_code, waiting["state"], waiting["rows"]) == (202, "waiting", 3)
    counts = [done[name] for name in ("state", "created", "updated", "unchanged", "failed")]
    assert counts == ["done", 2, 0, 0, 1]
    assert [(error["row"], error["column"]) for error in first["data"] + rest["data"]] == [
        (2, "name"),
        (2, "price"),
    ]
    assert shop.names(sort="name") == ["Cup", "Mug"]
    assert [shown["id"] for shown in client.get(URL, headers=admin).json["data"]] == [done["id"]]


def test_the_job_is_asked_for_with_the_file(
    client: Any, admin: dict[str, str], outbox_types: Any
) -> None:
    client.post(URL, data=csv("A,Mug,1,EUR"), headers=admin, **CSV)

    assert outbox_types() == ["catalog.work_imports.v1"]


def test_json_lines_are_told_by_their_type(client: Any, admin: dict[str, str], shop: Shop) -> None:
    line = b'{"sku":"A","name":"Mug","price":"1","currency":"EUR"}\n'

    accepted = client.post(URL, data=line, headers=admin, content_type="application/x-ndjson")
    work(accepted.headers["Location"])

    assert shop.names() == ["Mug"]


@pytest.mark.parametrize(
    "headers",
    [
        {"content_type": "application/json"},
        {"content_type": "text/csv; charset=latin-1"},
        {"content_type": "text/csv", "content_encoding": "gzip"},
        {},
    ],
)
def test_another_kind_of_body_is_a_415(
    client: Any, admin: dict[str, str], headers: dict[str, str]
) -> None:
    encoding = headers.pop("content_encoding", None)
    more = {"Content-Encoding": encoding} if encoding else {}

    answer = client.post(URL, data=b"sku", headers=admin | more, **headers)

    assert answer.status_code == 415


def test_a_file_without_header_is_a_422_that_says_why(client: Any, admin: dict[str, str]) -> None:
    answer = client.post(URL, data=b"sku,name\n", headers=admin, **CSV)

    assert (answer.status_code, answer.json["code"]) == (422, "catalog.unreadable_import")
    assert answer.json["columns"] == ["price", "currency"]


def test_a_file_may_be_larger_than_other_bodies(client: Any, admin: dict[str, str]) -> None:
    padding = "x" * 19_000
    rows = (f"S{n},Mug,1,EUR,{padding}" for n in range(80))
    data = csv(*rows, header="sku,name,price,currency,description")

    answer = client.post(URL, data=data, headers=admin, **CSV)

    assert len(data) > 1_500_000
    assert (answer.status_code, answer.json["rows"]) == (202, 80)


@pytest.mark.parametrize("announced", [True, False])
def test_a_file_beyond_the_bound_is_a_413(
    service_app: ServiceApp, admin: dict[str, str], announced: bool
) -> None:
    client: Any = service_app("catalog", ARGOSY_CATALOG_IMPORT_BYTES="1000").test_client()
    data = csv(*(f"S{n},Mug,1,EUR" for n in range(100)))
    environ = {} if announced else {"wsgi.input_terminated": True, "CONTENT_LENGTH": ""}

    answer = client.post(URL, data=data, headers=admin, environ_overrides=environ, **CSV)

    assert (answer.status_code, answer.json["code"]) == (413, "body_too_large")


def test_an_import_that_is_none_is_a_404(client: Any, admin: dict[str, str]) -> None:
    url = f"{URL}/{to_text('imp', uuid7())}"

    assert client.get(url, headers=admin).status_code == 404
    assert client.get(f"{url}/errors", headers=admin).status_code == 404
    assert client.get(f"{URL}/prd_x", headers=admin).status_code == 404
