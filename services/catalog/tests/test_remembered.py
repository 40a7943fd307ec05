"""Lists and products are answered from memory until something in them changes."""

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask

from libs.contracts.reviews import RatingChanged
from libs.db.transaction import transaction
from libs.testing.service_fixtures import ServiceApp
from services.catalog import tasks
from services.catalog.tests.shop import Shop, variant

LIST = "/api/v1/products"


@pytest.fixture
def app(service_app: ServiceApp) -> Iterator[Flask]:
    """The service, which remembers for a minute."""
    made = service_app("catalog", ARGOSY_CATALOG_CACHE_SECONDS="60")
    with made.app_context():
        yield made


def names(client: Any, query: str = "") -> list[str]:
    return [one["name"] for one in client.get(f"{LIST}{query}").json["data"]]


@pytest.mark.parametrize(
    "path", ["", "?sort=name", "/search?q=mug", "/hot-deals", "/mug", "?facets=true&limit=1"]
)
def test_a_repeated_question_is_answered_alike_without_the_database(
    shop: Shop, client: Any, statements: list[str], path: str
) -> None:
    shop.add("Mug")
    shop.add("Mug Rack")
    first = client.get(f"{LIST}{path}")
    statements.clear()

    second = client.get(f"{LIST}{path}")

    assert statements == []
    assert second.data == first.data
    for name in ("ETag", "Link", "Content-Type"):
        assert second.headers.get(name) == first.headers.get(name)


def test_a_client_that_has_the_answer_gets_none_again(shop: Shop, client: Any) -> None:
    shop.add("Mug")
    tag = client.get(f"{LIST}/mug").headers["ETag"]

    answer = client.get(f"{LIST}/mug", headers={"If-None-Match": tag})

    assert (answer.status_code, answer.data) == (304, b"")


def test_every_change_of_a_product_is_seen_at_once(shop: Shop, client: Any) -> None:
    product_id = shop.add("Mug")
    assert names(client) == ["Mug"]

    shop.change(product_id, name="Cup")
    assert names(client) == ["Cup"]
    shop.supply({shop.card(product_id).variants[0].id: 3})
    assert names(client, "?in_stock=true") == ["Cup"]
    shop.delete(product_id)
    assert names(client) == []
    shop.restore(product_id)
    assert names(client) == ["Cup"]


def test_a_new_rating_is_seen_at_once(shop: Shop, client: Any) -> None:
    product_id = shop.add("Mug")
    client.get(f"{LIST}/mug")

    with transaction() as session:
        fact = RatingChanged(product_id=product_id, version=1, count=2, sum=9)
        tasks.project_rating(session, fact)

    assert client.get(f"{LIST}/mug").json["rating"] == {"average": 4.5, "count": 2}


def test_what_only_administrators_may_see_is_not_remembered(
    shop: Shop, client: Any, admin: dict[str, str]
) -> None:
    shop.delete(shop.add("Mug"))

    seen = client.get(f"{LIST}?include=deleted", headers=admin)

    assert len(seen.json["data"]) == 1
    assert client.get(f"{LIST}?include=deleted").status_code == 403
    assert names(client) == []


def test_a_refusal_is_not_remembered(shop: Shop, client: Any) -> None:
    assert client.get(f"{LIST}/mug").status_code == 404

    shop.add("Mug", variant("M"))

    assert client.get(f"{LIST}/mug").status_code == 200


def test_questions_that_differ_have_answers_of_their_own(shop: Shop, client: Any) -> None:
    shop.add("Mug")
    shop.add("Jar")

    assert names(client, "?sort=name") == ["Jar", "Mug"]
    assert names(client, "?sort=-name") == ["Mug", "Jar"]
    assert client.get(f"{LIST}?sort=size").status_code == 422
