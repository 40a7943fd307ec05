"""The store, which others write as well, and which may be wrong, empty or away."""

import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from prometheus_client import REGISTRY
from redis import Redis
from redis.exceptions import NoPermissionError

from libs import clock
from libs.ids import to_text, uuid7
from services.recommendations import publisher, tasks
from services.recommendations.rules.places import POPULAR, Place, for_user, near_product
from services.recommendations.store.client import Store, StoreDown
from services.recommendations.store.lists import MAX_BYTES, name
from services.recommendations.tests.shop import SETTLED, Shop, ahead, rows

NOWHERE = "redis://127.0.0.1:1/0"


def document(items: Any, **changes: Any) -> bytes:
    """A list as the document of the store tells how to write it."""
    usual = {"schema": 1, "generated_at": clock.now().isoformat(), "items": items}
    return msgspec.json.encode(usual | changes, enc_hook=str)


@pytest.fixture
def busy(shop: Shop) -> Shop:
    """A shop where mugs are bought with tea, and everybody has a lamp."""
    shop.sells("Mug", "Tea", "Bag", "Lamp")
    shop.sold("Mug", "Tea", times=2)
    shop.sold("Lamp", times=9)
    shop.keeps_up()
    return shop


def put(redis, shop: Shop, place: Place, *names: str, writer: str = "ml") -> None:
    items = [(shop.products[each], 1 - number / 10) for number, each in enumerate(names)]
    redis.set(name(writer, place), document(items), ex=3600)


def failures() -> float:
    sample = ("recommendations_store_failures_total", {"operation": "read"})
    return REGISTRY.get_sample_value(*sample) or 0


def mug(shop: Shop) -> Place:
    return near_product(shop.products["Mug"])


def test_our_lists_have_the_documented_form(busy, redis):
    value = msgspec.json.decode(redis.get(f"rec:v1:argosy:product:{busy.products['Mug']}"))

    assert value["schema"] == 1
    assert value["model"] == "co-occurrence"
    assert [item[0] for item in value["items"]] == [str(busy.products["Tea"])]
    assert 0 < redis.ttl(name("argosy", POPULAR)) <= 3 * 24 * 3600


def test_the_list_of_an_ml_team_wins_over_ours(busy, redis):
    put(redis, busy, mug(busy), "Bag")

    assert busy.recommends(product=busy.product("Mug"), limit=2) == ["Bag", "Lamp"]


def test_an_ml_team_says_what_a_user_may_like_and_what_is_popular(busy, redis, issuer):
    ada = uuid7()
    put(redis, busy, for_user(ada), "Bag")
    put(redis, busy, POPULAR, "Tea")

    found = busy.reasons(issuer.user(ada), user=to_text("usr", ada), limit=2)

    assert list(found.items()) == [("Bag", "personal"), ("Tea", "popular")]


def test_the_highest_score_of_a_list_comes_first_whatever_its_order(busy, redis):
    items = [(busy.products["Bag"], -2), (busy.products["Lamp"], 7), (busy.products["Bag"], -9)]
    redis.set(name("ml", mug(busy)), document(items))

    assert busy.recommends(product=busy.product("Mug"), limit=2) == ["Lamp", "Bag"]


def test_products_of_a_list_that_are_not_sold_or_not_known_are_left_out(busy, redis):
    items = [(uuid7(), 9), (busy.products["Bag"], 2), (busy.products["Mug"], 1)]
    redis.set(name("ml", mug(busy)), document(items))
    busy.withdraws("Bag")

    found = busy.reasons(product=busy.product("Mug"))

    assert list(found) == ["Lamp", "Tea"]


@pytest.mark.parametrize(
    "value",
    [
        b"\xff\xfe",
        b"{",
        b"null",
        b"[]",
        b"[" * 50_000,
        document("Bag"),
        document([["prd_1", 1]]),
        document([[str(uuid7()), "1"]]),
        document([[str(uuid7())]]),
        document([[str(uuid7()), 1]] * 201),
        document([], schema=2),
        document([], schema="1"),
        document([[str(uuid7()), 1]], generated_at="yesterday"),
        document([[str(uuid7()), 1]], generated_at="2026-03-01T12:00:00"),
        document([[str(uuid7()), 1]], generated_at="2020-03-01T12:00:00Z"),
        document([[str(uuid7()), 1]], generated_at="2920-03-01T12:00:00Z"),
        document([[str(uuid7()), 1]]).replace(b",1]", b",1e999]"),
        document([[str(uuid7()), 1]]).replace(b",1]", b",NaN]"),
        document([], note="x" * MAX_BYTES),
    ],
    ids=range(19),
)
def test_garbage_of_others_is_passed_over_and_counted(busy, redis, value):
    sample = ("recommendations_refused_lists_total", {"writer": "ml"})
    before = REGISTRY.get_sample_value(*sample) or 0
    redis.set(name("ml", mug(busy)), value)

    found = busy.reasons(product=busy.product("Mug"), limit=2)

    assert list(found.items()) == [("Tea", "related"), ("Lamp", "popular")]
    assert REGISTRY.get_sample_value(*sample) == before + 1


def test_a_key_of_another_type_is_passed_over(busy, redis):
    redis.zadd(name("ml", mug(busy)), {"x": 1})
    redis.lpush(name("ml", POPULAR), "x")

    found = busy.reasons(product=busy.product("Mug"), limit=2)

    assert list(found.items()) == [("Tea", "related"), ("Lamp", "popular")]


def test_an_empty_list_leaves_the_word_to_the_next_writer(busy, redis):
    redis.set(name("ml", mug(busy)), document([]))

    assert busy.recommends(product=busy.product("Mug"), limit=1) == ["Tea"]


def test_our_own_key_is_written_again_when_others_spoil_it(busy, redis):
    redis.set(name("argosy", mug(busy)), b"spoilt")

    busy.sold("Mug", "Tea")
    busy.keeps_up()

    assert busy.recommends(product=busy.product("Mug"), limit=1) == ["Tea"]


def test_a_store_that_lost_everything_is_filled_again(busy, redis):
    redis.flushdb()

    tasks.restore_store()
    busy.keeps_up()

    assert busy.recommends(product=busy.product("Mug"), limit=1) == ["Tea"]
    assert redis.exists(name("argosy", POPULAR))


def test_a_list_is_written_once_for_many_changes(busy):
    rows_before = rows("SELECT kind, key, due_at FROM publication")
    busy.sold("Mug", "Tea", times=5)
    while publisher.fold():
        pass

    due = set(rows("SELECT kind, key, due_at FROM publication")) - set(rows_before)

    assert {(kind, key) for kind, key, _ in due} == {
        POPULAR,
        mug(busy),
        near_product(busy.products["Tea"]),
    }
    with ahead(SETTLED):
        assert publisher.publish_due(100) == 3
        assert publisher.publish_due(100) == 0


def test_without_a_store_what_is_popular_is_recommended(busy, service_app):
    app = service_app("recommendations", ARGOSY_RECOMMENDATIONS_REDIS_URL=NOWHERE)
    answer = app.test_client().get(
        "/api/v1/recommendations", query_string={"product": busy.product("Mug")}
    )

    found = [(item["title"], item["reason"]) for item in answer.json["data"]]

    assert answer.status_code == 200
    assert found[:2] == [("Lamp", "popular"), ("Tea", "popular")]


def test_what_is_due_while_the_store_is_away_is_written_later(busy, service_app, redis):
    busy.sold("Mug", "Bag", times=9)
    while publisher.fold():
        pass
    away = service_app("recommendations", ARGOSY_RECOMMENDATIONS_REDIS_URL=NOWHERE)

    with away.app_context(), ahead(SETTLED):
        assert tasks.publish_lists() == 0
        assert tasks.restore_store() == 0
        with pytest.raises(StoreDown):
            publisher.publish_due(100)
    with ahead(3 * SETTLED):
        publisher.publish_due(100)

    assert busy.recommends(product=busy.product("Mug"), limit=1) == ["Bag"]


def test_a_store_that_does_not_answer_costs_one_probe_in_two_seconds(silent_port):
    now = [0.0]
    store = Store(f"redis://127.0.0.1:{silent_port}/0", ["ml"], lambda: now[0])
    started = time.perf_counter()

    for _ in range(50):
        assert store.read([POPULAR], clock.now()) == {}

    assert time.perf_counter() - started < 1
    now[0] = 2.1
    before = failures()
    store.read([POPULAR], clock.now())
    assert failures() == before + 1


def test_a_list_of_ours_that_is_refreshed_every_day_does_not_run_out(busy, redis):
    with ahead(timedelta(hours=29)):
        assert publisher.publish_due(100) > 0
        assert publisher.publish_due(100) == 0


def test_a_list_is_read_on_until_enough_of_it_is_sold(shop, redis):
    gone = [f"Gone {number}" for number in range(30)]
    shop.sells("Tea", "Bag", "Lamp", *gone)
    shop.withdraws(*gone)
    put(redis, shop, POPULAR, *gone, "Bag", "Tea")

    assert shop.reasons(limit=3) == {"Bag": "popular", "Tea": "popular", "Lamp": "newest"}


def test_the_documented_rights_let_an_ml_team_write_its_own_lists_and_no_others(busy, redis):
    page = (Path(__file__).parents[3] / "docs" / "recommendation-store.md").read_text()
    [rights] = [line for line in page.splitlines() if line.startswith("ACL SETUSER ml ")]
    redis.execute_command(*rights.split())
    options = redis.connection_pool.connection_kwargs
    place = {"host": options["host"], "port": options["port"], "db": options["db"]}

    with Redis(**place, username="ml", password="password", socket_timeout=5) as team:
        put(team, busy, mug(busy), "Bag")
        seen = team.get(name("argosy", POPULAR))
        refused = [
            _refusal(lambda: team.set(name("argosy", POPULAR), b"{}")),
            _refusal(lambda: team.unlink(name("argosy", POPULAR))),
            _refusal(lambda: team.get("rate:login:1")),
            _refusal(team.flushdb),
        ]
    redis.acl_deluser("ml")

    assert seen is not None
    assert refused == [True] * 4
    assert busy.recommends(product=busy.product("Mug"), limit=1) == ["Bag"]


def _refusal(work: Callable[[], Any]) -> bool:
    try:
        work()
    except NoPermissionError:
        return True
    return False
