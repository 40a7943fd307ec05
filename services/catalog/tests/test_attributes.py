"""Typed attributes: what products may say, and how lists are narrowed and counted by it."""

from typing import Any

import pytest

from libs.db.transaction import transaction
from services.catalog.commands import attributes
from services.catalog.errors import AttributeInUse, BadAttribute, BadAttributeFilter
from services.catalog.queries import facets
from services.catalog.tests.shop import MUG, Shop


@pytest.fixture
def described(shop: Shop) -> Shop:
    """Three mugs that differ in color, volume and lid."""
    shop.attribute("color", "choice", "red", "blue", "green")
    shop.attribute("volume", "number")
    shop.attribute("lid", "boolean")
    shop.attribute("note", "text", filterable=False)
    shop.add("Small", attributes={"color": "red", "volume": 200, "lid": False})
    shop.add("Middle", attributes={"color": "blue", "volume": 300.5, "lid": True})
    shop.add("Large", attributes={"color": "red", "volume": 500, "note": "hand-made"})
    return shop


@pytest.mark.parametrize(
    ("wanted", "names"),
    [
        (["color:red"], ["Large", "Small"]),
        (["color:red", "color:blue"], ["Large", "Middle", "Small"]),
        (["color:green"], []),
        (["color:red", "volume:..200"], ["Small"]),
        (["volume:200..300.5"], ["Middle", "Small"]),
        (["volume:300.5"], ["Middle"]),
        (["volume:301.."], ["Large"]),
        (["lid:true"], ["Middle"]),
    ],
)
def test_a_list_is_narrowed_by_attributes(
    described: Shop, wanted: list[str], names: list[str]
) -> None:
    assert described.names(attributes=wanted, sort="name") == sorted(names)


def test_a_search_is_narrowed_by_attributes(described: Shop) -> None:
    assert described.names(q="middle", attributes=["color:blue"]) == ["Middle"]
    assert described.names(q="middle", attributes=["color:red"]) == []


@pytest.mark.parametrize(
    "wanted", ["size:1", "note:hand-made", "volume:", "volume:..", "volume:many", "volume:1..2..3"]
)
def test_a_filter_that_no_attribute_allows_is_refused(described: Shop, wanted: str) -> None:
    with pytest.raises(BadAttributeFilter):
        described.names(attributes=[wanted])


@pytest.mark.parametrize(
    "values",
    [
        {"size": 1},
        {"color": "pink"},
        {"color": ["red"]},
        {"volume": "200"},
        {"volume": True},
        {"volume": float("inf")},
        {"volume": 10**15},
        {"lid": 1},
        {"note": ""},
        {"note": "a\x00b"},
        {"note": "n" * 201},
    ],
)
def test_a_value_that_its_type_forbids_is_refused(described: Shop, values: dict[str, Any]) -> None:
    with pytest.raises(BadAttribute):
        described.add("Odd", attributes=values)


def test_facets_count_what_matches_by_brand_category_and_filterable_attributes(
    described: Shop,
) -> None:
    described.add("Jug", brand=described.brand("Acme"), category=described.category("Kitchen"))

    assert described.facets() == {
        "brand": [("acme", 1)],
        "category": [("kitchen", 1)],
        "color": [("red", 2), ("blue", 1)],
        "lid": [("false", 1), ("true", 1)],
        "volume": [("200", 1), ("300.5", 1), ("500", 1)],
    }
    assert described.facets(attributes=["color:blue"])["color"] == [("blue", 1)]
    assert described.facets(q="jug") == {"brand": [("acme", 1)], "category": [("kitchen", 1)]}


def test_facets_of_a_category_that_is_not_there_are_none(described: Shop) -> None:
    assert described.facets(category="nowhere") == {}


def test_facets_of_very_many_matches_count_a_part_and_say_so(
    described: Shop, client: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(facets, "MAX_COUNTED", 1)

    (facet,) = [
        one
        for one in client.get("/api/v1/products?facets=true").json["facets"]
        if one["code"] == "color"
    ]

    assert not facet["exact"]
    assert sum(value["count"] for value in facet["values"]) == 2


def test_a_value_that_changes_is_found_by_its_new_value_alone(described: Shop) -> None:
    product_id = described.add("Changing", attributes={"color": "green", "volume": 1})

    described.change(product_id, attributes={"volume": 2})

    assert described.names(attributes=["color:green"]) == []
    assert described.names(attributes=["volume:1"]) == []
    assert described.names(attributes=["volume:2"]) == ["Changing"]


def test_a_choice_or_attribute_in_use_stays(described: Shop) -> None:
    with transaction() as session:
        color = attributes.lock_attribute(session, "color")
        with pytest.raises(AttributeInUse):
            attributes.change_attribute(session, color, {"choices": ["blue", "green"]})
        with pytest.raises(AttributeInUse):
            attributes.delete_attribute(session, color)


def test_a_choice_that_nobody_has_may_go(described: Shop) -> None:
    with transaction() as session:
        color = attributes.lock_attribute(session, "color")

        attributes.change_attribute(session, color, {"choices": ["red", "blue"]})

    with pytest.raises(BadAttribute):
        described.add("Odd", attributes={"color": "green"})


COLOR = {"code": "color", "name": "Color", "type": "choice", "choices": ["red"], "filterable": True}


def test_attributes_are_managed_over_http(client: Any, admin: dict[str, str]) -> None:
    made = client.post("/api/v1/attributes", json=COLOR, headers=admin)
    address = made.headers["Location"]
    seen = client.get(address)

    changed = client.patch(
        address, json={"name": "Colour"}, headers=admin | {"If-Match": seen.headers["ETag"]}
    )
    stale = client.patch(
        address, json={"name": "Hue"}, headers=admin | {"If-Match": seen.headers["ETag"]}
    )
    again = client.post("/api/v1/attributes", json=COLOR, headers=admin)
    listed = client.get("/api/v1/attributes").json["data"]
    gone = client.delete(address, headers=admin)

    assert (made.status_code, changed.json["name"], stale.status_code) == (201, "Colour", 412)
    assert again.json["code"] == "catalog.attribute_code_taken"
    assert [one["code"] for one in listed] == ["color"]
    assert (gone.status_code, client.get(address).status_code) == (204, 404)


@pytest.mark.parametrize(
    "change",
    [
        {"code": "Color"},
        {"code": "brand"},
        {"type": "color"},
        {"type": "text"},
        {"choices": []},
        {"choices": ["red", "red"]},
        {"size": 1},
    ],
)
def test_a_definition_that_makes_no_sense_is_refused(
    client: Any, admin: dict[str, str], change: dict[str, Any]
) -> None:
    answer = client.post("/api/v1/attributes", json=COLOR | change, headers=admin)

    assert answer.status_code == 422


def test_a_product_shows_its_attributes_over_http(client: Any, admin: dict[str, str]) -> None:
    client.post("/api/v1/attributes", json=COLOR, headers=admin)

    made = client.post(
        "/api/v1/products", json=MUG | {"attributes": {"color": "red"}}, headers=admin
    )
    found = client.get("/api/v1/products?filter[attribute]=color:red&facets=true").json

    assert made.json["attributes"] == {"color": "red"}
    assert [one["attributes"] for one in found["data"]] == [{"color": "red"}]
    assert found["facets"][0]["values"] == [{"value": "red", "label": "red", "count": 1}]
