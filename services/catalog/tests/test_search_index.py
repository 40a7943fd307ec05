"""The index beside PostgreSQL: fed by jobs, asked first, done without when it is away."""

from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from flask import Flask
from sqlalchemy import text

from libs.db.transaction import reading, transaction
from libs.money import Money
from libs.settings import SettingsError
from libs.testing.service_fixtures import ServiceApp
from services.catalog.commands import search_feed
from services.catalog.queries.search_documents import documents
from services.catalog.search import choice
from services.catalog.search.opensearch import OpenSearch
from services.catalog.search.port import IndexAway
from services.catalog.settings import CatalogSettings
from services.catalog.tests.opensearch import OpenSearchServer
from services.catalog.tests.shop import Shop, variant


@pytest.fixture
def server() -> Iterator[OpenSearchServer]:
    with OpenSearchServer().running() as running:
        yield running


@pytest.fixture
def app(service_app: ServiceApp, server: OpenSearchServer) -> Iterator[Flask]:
    """The service with an index."""
    made = service_app("catalog", ARGOSY_CATALOG_SEARCH_URL=server.url)
    with made.app_context():
        yield made


@pytest.fixture
def names(app: Flask) -> Any:
    """What a search over HTTP shows."""
    client: Any = app.test_client()

    def find(query: str) -> list[str]:
        answer = client.get(f"/api/v1/products/search?{query}")
        return [one["name"] for one in answer.json["data"]]

    return find


@pytest.fixture
def mugs(shop: Shop) -> Shop:
    """Three products that the index knows."""
    shop.attribute("color", "choice", "red", "blue")
    shop.attribute("volume", "number")
    kitchen = shop.category("Kitchen")
    below = shop.category("Mugs", kitchen)
    red = {"color": "red", "volume": 300}
    shop.add(
        "Red Mug",
        variant("R", Money(900, "EUR"), Money(990, "USD")),
        attributes=red,
        category=below,
    )
    blue = {"color": "blue", "volume": 500}
    shop.add("Blue Mug", variant("B", Money(500, "EUR")), attributes=blue, brand=shop.brand("Acme"))
    shop.add("Mug Rack", variant("M", Money(100, "EUR")), category=kitchen)
    shop.learn()
    return shop


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("q=red", {"Red Mug"}),
        ("q=muq", {"Red Mug", "Blue Mug", "Mug Rack"}),
        ("q=red+mu", {"Red Mug"}),
        ("q=acme+mug", {"Blue Mug"}),
        ("q=mug&brand=acme", {"Blue Mug"}),
        ("q=mug&category=kitchen", {"Red Mug", "Mug Rack"}),
        ("q=mug&category=mugs", {"Red Mug"}),
        ("q=mug&filter[price][lte]=500", {"Blue Mug", "Mug Rack"}),
        ("q=mug&currency=USD", {"Red Mug"}),
        ("q=mug&currency=USD&filter[price][lte]=900", set()),
        ("q=mug&in_stock=true", set()),
        ("q=mug&filter[attribute]=color:red", {"Red Mug"}),
        ("q=mug&filter[attribute]=volume:400..", {"Blue Mug"}),
        ("q=teapot", set()),
    ],
)
def test_a_search_is_answered_by_the_index(
    mugs: Shop, names: Any, server: OpenSearchServer, query: str, found: set[str]
) -> None:
    server.requests.clear()

    assert set(names(query)) == found

    assert server.requests == ["POST _search"]


def test_the_index_is_asked_with_the_credentials_of_its_address(
    mugs: Shop, names: Any, server: OpenSearchServer
) -> None:
    names("q=mug")

    assert server.authorization == "Basic dXNlcjpzZWNyZXQ="


def test_pages_of_the_index_turn_both_ways(mugs: Shop, app: Flask) -> None:
    client: Any = app.test_client()
    address = "/api/v1/products/search?q=mug&limit=2"
    first = client.get(address).json
    second = client.get(f"{address}&cursor={first['page']['next']}").json

    back = client.get(f"{address}&cursor={second['page']['prev']}").json

    assert (len(first["data"]), len(second["data"])) == (2, 1)
    assert back["data"] == first["data"]
    assert (back["page"]["prev"], second["page"]["next"]) == (None, None)


def test_a_garbled_cursor_of_the_index_is_refused(mugs: Shop, app: Flask) -> None:
    client: Any = app.test_client()

    answer = client.get("/api/v1/products/search?q=mug&cursor=x.%C3%A4")

    assert (answer.status_code, answer.json["code"]) == (422, "bad_cursor")


@pytest.mark.parametrize("fault", [429, 500, 503])
def test_postgresql_answers_while_the_index_is_away_and_nobody_waits_for_it_again_soon(
    mugs: Shop, names: Any, server: OpenSearchServer, fault: int
) -> None:
    server.fault = fault
    server.requests.clear()

    assert set(names("q=muq")) == {"Red Mug", "Blue Mug", "Mug Rack"}
    assert set(names("q=acme")) == {"Blue Mug"}

    assert server.requests == ["POST _search"]


def test_a_page_of_an_index_that_is_away_is_refused_as_retryable(
    mugs: Shop, app: Flask, server: OpenSearchServer
) -> None:
    client: Any = app.test_client()
    address = "/api/v1/products/search?q=mug&limit=2"
    cursor = client.get(address).json["page"]["next"]
    server.fault = 500

    answer = client.get(f"{address}&cursor={cursor}")

    assert (answer.status_code, answer.json["code"]) == (503, "catalog.search_moved")


def test_the_index_is_asked_again_after_its_rest(
    mugs: Shop, names: Any, server: OpenSearchServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(choice, "_REST_SECONDS", 0.0)
    server.fault = 500
    names("q=mug")
    server.fault = None
    server.requests.clear()

    names("q=mug&limit=5")  # another question: the first one's answer is remembered

    assert server.requests == ["POST _search"]


def test_a_product_deleted_since_is_not_shown_though_the_index_finds_it(
    mugs: Shop, names: Any
) -> None:
    card = mugs.card(mugs.facts()[0].product_id)

    mugs.delete(card.id)

    assert set(names("q=mug")) == {"Blue Mug", "Mug Rack"}


def test_the_index_learns_of_changes_and_stock(mugs: Shop, names: Any) -> None:
    product_id = mugs.facts()[0].product_id
    mugs.change(product_id, name="Beaker")
    mugs.supply({mugs.card(product_id).variants[0].id: 1})
    mugs.learn()

    assert names("q=beaker&in_stock=true") == ["Beaker"]
    assert names("q=red") == []


def test_what_could_not_be_fed_waits_and_is_fed_later(
    mugs: Shop, names: Any, server: OpenSearchServer
) -> None:
    server.fault = 503
    mugs.add("Teapot")
    mugs.learn()
    server.fault = None
    with transaction() as session:
        session.execute(text("UPDATE search_change SET due_at = now()"))

    mugs.learn()

    with reading() as session:
        assert not session.scalar(text("SELECT count(*) FROM search_change"))
    assert names("q=teapot") == ["Teapot"]


def test_an_older_state_that_arrives_late_does_not_replace_a_newer_one(
    mugs: Shop, server: OpenSearchServer
) -> None:
    product_id = mugs.facts()[0].product_id
    mugs.change(product_id, name="New")
    with reading() as session:
        numbers = search_feed.numbers(session, [product_id])
        (newer,) = documents(session, numbers)
    index = OpenSearch(server.url)
    index.put([newer])

    index.put([msgspec.structs.replace(newer, name="Old", number=newer.number - 1)])

    stored = server.indexes["products"]["documents"][str(product_id)]
    assert stored["source"]["name"] == "New"


def test_an_index_that_was_lost_is_made_again_and_fed_with_everything(
    mugs: Shop, names: Any, server: OpenSearchServer
) -> None:
    server.indexes.clear()
    mugs.add("Teapot")

    mugs.learn()
    mugs.learn()

    assert len(server.indexes["products"]["documents"]) == 4


def test_a_document_that_the_index_refuses_is_no_success(
    mugs: Shop, server: OpenSearchServer
) -> None:
    server.indexes["products"]["mappings"]["properties"].pop("brand")
    product_id = mugs.add("Teapot")
    with reading() as session:
        found = documents(session, search_feed.numbers(session, [product_id]))

    with pytest.raises(IndexAway):
        OpenSearch(server.url).put(found)


def test_an_administrators_search_for_hidden_products_stays_in_postgresql(
    mugs: Shop, app: Flask, admin: dict[str, str], server: OpenSearchServer
) -> None:
    mugs.delete(mugs.facts()[0].product_id)
    server.requests.clear()
    client: Any = app.test_client()

    found = client.get("/api/v1/products/search?q=red&include=deleted", headers=admin)

    assert [one["name"] for one in found.json["data"]] == ["Red Mug"]
    assert server.requests == []


@pytest.mark.parametrize("url", ["ftp://host/products", "http://host", "http:///x", "products"])
def test_an_address_that_is_none_is_refused_at_the_start(url: str) -> None:
    with pytest.raises(SettingsError, match="ARGOSY_CATALOG_SEARCH_URL"):
        CatalogSettings.from_env({"ARGOSY_CATALOG_SEARCH_URL": url})


def test_the_address_with_its_password_stays_out_of_logs() -> None:
    url = "http://user:secret@host/products"

    assert "secret" not in repr(CatalogSettings.from_env({"ARGOSY_CATALOG_SEARCH_URL": url}))
