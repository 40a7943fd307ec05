"""What is recommended, from behavior and by an ML team's lists."""

import sys
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from redis import Redis

from libs.ids import from_text
from libs.testing.installation import ROOT
from libs.testing.process import Program, run_to_end
from tests.end_to_end.shop import Caller, Shop, await_that

PAGE = ROOT / "docs" / "recommendation-store.md"


@pytest.fixture
def product(shop: Shop):
    """Makes a product that nobody has seen yet; gives its id as clients know it."""

    def make() -> str:
        sku = f"REC-{uuid4().hex[:8]}"
        variant = {"sku": sku, "options": {}, "prices": [{"amount": 900, "currency": "EUR"}]}
        body = {"name": sku, "description": "", "variants": [variant]}
        return str(shop.admin.post("/products", body).expect(201)["id"])

    return make


@pytest.fixture
def redis(shop: Shop):
    """The store, as an ML team reaches it."""
    with Redis.from_url(shop.cluster.installation.servers.redis, socket_timeout=5) as client:
        yield client


def see(visitor: Caller, *products: str) -> None:
    """One visit to these products, with consent."""
    now = datetime.now(UTC).isoformat().replace("+00:00", "Z")
    usual = {"type": "view", "at": now, "session_id": uuid4().hex}
    events = [{"id": str(uuid4()), "product_id": each, **usual} for each in products]
    answer = visitor.post("/events", {"consent": True, "events": events}).expect(202)
    assert answer["accepted"] == len(events)


def recommended(caller: Caller, **query: Any) -> dict[str, str]:
    """Why each product is recommended, the best first."""
    words = "&".join(f"{name}={value}" for name, value in query.items())
    found = caller.get(f"/recommendations?{words}").expect(200)["data"]
    return {item["id"]: item["reason"] for item in found}


def first(caller: Caller, **query: Any) -> tuple[str, str] | None:
    return next(iter(recommended(caller, **query).items()), None)


def tool(shop: Shop, *words: str) -> Program:
    """A command of the operator's."""
    made = shop.cluster.installation.migration()
    command = (sys.executable, "-m", "services.recommendations.cli", *words)
    return replace(made, name="recommendations-cli", command=command)


def test_row_081_a_visit_recommends_its_products_to_others_within_a_minute(shop, product):
    mug, tea = product(), product()
    customer = shop.customer()
    user = customer.get("/accounts/profile").expect(200)["id"]

    see(shop.guest(), mug, tea)
    see(customer, mug)

    await_that("tea beside mugs", lambda: first(shop.guest(), product=mug) == (tea, "related"), 60)
    await_that("tea for the customer", lambda: first(customer, user=user) == (tea, "personal"), 60)


def test_row_082_mock_lists_in_the_documented_form_are_shown(shop, product, redis):
    mug, _ = product(), product()
    key = f"rec:v1:ml:product:{from_text('prd', mug)}"

    def written() -> bool:
        run_to_end(tool(shop, "mock", "--hours", "1"), 60)
        return bool(redis.exists(key))

    await_that("the product's mock list", written)
    shown = recommended(shop.guest(), product=mug, limit=1)
    redis.delete(*redis.scan_iter("rec:v1:ml:*"))

    assert set(shown.values()) == {"related"}
    assert "rec:v1:<writer>:product:<product>" in PAGE.read_text("utf-8")


def test_row_085_what_a_pipeline_writes_takes_the_place_of_the_built_in_lists(shop, product, redis):
    mug, tea, lamp = product(), product(), product()
    uuid = from_text("prd", mug)
    see(shop.guest(), mug, tea)
    await_that("the built-in list", lambda: redis.exists(f"rec:v1:argosy:product:{uuid}"), 60)
    built_in = first(shop.guest(), product=mug)
    now = datetime.now(UTC).isoformat()
    value = f'{{"schema":1,"generated_at":"{now}","items":[["{from_text("prd", lamp)}",1]]}}'

    redis.set(f"rec:v1:ml:product:{uuid}", value, ex=600)
    replaced = first(shop.guest(), product=mug)
    redis.delete(f"rec:v1:ml:product:{uuid}")

    assert built_in == (tea, "related")
    assert replaced == (lamp, "related")
    assert first(shop.guest(), product=mug) == built_in
