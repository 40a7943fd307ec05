"""Banners: shown at their position while their time has come, and harmless."""

from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient

from libs import clock
from libs.http.fields import rfc3339
from libs.ids import uuid7
from services.promotions.tests.desk import Desk

PAST = rfc3339(clock.now() - timedelta(hours=1))
FUTURE = rfc3339(clock.now() + timedelta(hours=1))
PICTURE = {"image_url": "https://cdn.example/sale.jpg", "image_alt": "A red coat"}


def put(desk: Desk, position: str = "home-top", **values: Any) -> str:
    """The path of a new banner."""
    made = desk.call("POST", "/banners", {"position": position, "title": "Sale"} | values)
    assert made.status_code == 201, made.json
    return f"/banners/{made.json['id']}"


def shown(client: FlaskClient, position: str = "home-top") -> list[str]:
    """The paths of what the position shows, in order."""
    answer: Any = client.get(f"/api/v1/promotions/banners/by-position/{position}")
    assert answer.status_code == 200
    return [f"/banners/{banner['id']}" for banner in answer.json["data"]]


def test_a_banner_is_shown_as_it_was_made(desk, client):
    path = put(desk, text="Only today", link_url="/sale", **PICTURE)

    [banner] = client.get("/api/v1/promotions/banners/by-position/home-top").json["data"]

    made = desk.call("GET", path).json
    assert banner == {name: made[name] for name in banner}
    assert (banner["text"], banner["link_url"]) == ("Only today", "/sale")
    assert "priority" not in banner


def test_a_position_shows_its_own_by_priority_and_then_by_age(desk, client):
    low, old, new = (put(desk, priority=priority) for priority in (-1, 5, 5))
    put(desk, "footer", priority=9)

    assert shown(client) == [old, new, low]
    assert shown(client, "nowhere") == []


def test_only_what_is_on_now_is_shown(desk, client):
    now = put(desk, starts_at=PAST, ends_at=FUTURE)
    for hidden in ({"active": False}, {"ends_at": PAST}, {"starts_at": FUTURE}):
        put(desk, **hidden)

    assert shown(client) == [now]
    assert len(desk.call("GET", "/banners?position=home-top").json["data"]) == 4


def test_a_banner_can_be_changed_moved_and_removed(desk, client):
    path = put(desk, **PICTURE)

    desk.call("PATCH", path, {"position": "footer", "image_url": None, "image_alt": None})
    moved = shown(client, "footer")
    removed = desk.call("DELETE", path)

    assert (moved, removed.status_code) == ([path], 204)
    assert (shown(client), shown(client, "footer")) == ([], [])
    assert desk.call("GET", path).json["code"] == "promotions.banner_not_found"


def test_a_stale_change_of_a_banner_is_refused(desk):
    path = put(desk)
    seen = desk.call("GET", path).headers["ETag"]
    desk.call("PATCH", path, {"title": "Other"}, If_Match=seen)

    assert desk.call("PATCH", path, {"title": "Third"}, If_Match=seen).status_code == 412
    assert desk.call("DELETE", path, If_Match=seen).status_code == 412


def test_the_same_request_makes_one_banner(desk):
    body = {"position": "home-top", "title": "Sale"}

    answers = [desk.call("POST", "/banners", body, Idempotency_Key="once") for _ in range(2)]

    assert len({answer.json["id"] for answer in answers}) == 1
    assert len(desk.call("GET", "/banners").json["data"]) == 1


@pytest.mark.parametrize("address", ["javascript:alert(1)", "//evil.example", "data:text/html,x"])
@pytest.mark.parametrize("part", ["image_url", "link_url"])
def test_an_address_that_runs_something_is_refused(desk, part, address):
    refused = desk.call("POST", "/banners", {"position": "top", "title": "x", part: address})

    assert refused.status_code == 422


def test_no_markup_is_kept(desk):
    path = put(desk, title="<b>Sale</b><script>alert(1)</script>")

    assert "<" not in desk.call("GET", path).json["title"]


@pytest.mark.parametrize(
    "contradiction",
    [
        {"starts_at": FUTURE, "ends_at": PAST},
        {"image_alt": "of nothing"},
        {"title": "<br>"},
    ],
)
def test_a_banner_that_contradicts_itself_is_refused(desk, contradiction):
    refused = desk.call("POST", "/banners", {"position": "top", "title": "x"} | contradiction)

    assert (refused.status_code, refused.json["code"]) == (422, "promotions.banner_invalid")


def test_only_administrators_manage_banners(client, issuer):
    customer = issuer.user(uuid7())

    assert client.get("/api/v1/promotions/banners", headers=customer).status_code == 403
    assert client.post("/api/v1/promotions/banners", json={}).status_code == 401
