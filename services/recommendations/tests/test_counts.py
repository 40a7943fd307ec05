"""What becomes of orders and behavior: baskets, and counts that always are those of the baskets."""

from datetime import timedelta
from random import Random

from prometheus_client import REGISTRY

from libs import clock
from libs.db.transaction import transaction
from libs.ids import uuid7
from services.recommendations import publisher, tasks
from services.recommendations.tests.conftest import PRODUCTS
from services.recommendations.tests.shop import (
    Shop,
    ahead,
    behavior,
    confirmed,
    counted,
    counts_of_baskets,
    hear,
    rows,
)

WEIGHT = "SELECT sum(weight)::int FROM popularity WHERE product_id = :id"
TOGETHER = "SELECT sum(weight)::int FROM co_occurrence WHERE product_id = :id AND other_id = :other"


def fold() -> None:
    while publisher.fold():
        pass


def together(shop: Shop, one: str, other: str) -> int | None:
    [(weight,)] = rows(TOGETHER, id=shop.products[one], other=shop.products[other])
    return weight if weight is None else int(weight)


def interest(shop: Shop, name: str) -> int | None:
    [(weight,)] = rows(WEIGHT, id=shop.products[name])
    return weight if weight is None else int(weight)


def test_products_of_one_order_count_as_bought_together(shop):
    shop.sells("Mug", "Tea")

    shop.sold("Mug", "Tea")
    fold()

    assert together(shop, "Mug", "Tea") == together(shop, "Tea", "Mug") == 5
    assert interest(shop, "Mug") == 5


def test_a_long_order_whose_lines_are_left_out_counts_too(shop):
    shop.sells("Mug", "Tea")
    ids = tuple(shop.products.values())

    hear(confirmed([], lines_omitted=True, product_ids=ids))
    fold()

    assert together(shop, "Mug", "Tea") == 5


def test_a_visitor_who_looks_again_and_again_counts_once(shop):
    shop.sells("Mug", "Tea")

    for _ in range(5):
        shop.visited("Mug", "Tea", "Mug", visitor="ada")
    fold()

    assert (interest(shop, "Mug"), together(shop, "Mug", "Tea")) == (1, 1)


def test_what_is_put_into_a_cart_counts_more_than_what_is_seen(shop):
    shop.sells("Mug", "Tea")

    shop.visited("Mug", "Tea", visitor="ada")
    fold()
    shop.visited("Mug", "Tea", visitor="ada", kind="add_to_cart")
    fold()

    assert (interest(shop, "Mug"), together(shop, "Mug", "Tea")) == (3, 3)


def test_what_a_browser_says_was_bought_counts_less_than_a_paid_order(shop):
    shop.sells("Mug", "Tea")

    shop.visited("Mug", kind="purchase")
    shop.sold("Tea")
    fold()

    assert (interest(shop, "Mug"), interest(shop, "Tea")) == (3, 5)


def test_visitors_are_kept_apart_and_so_are_days(shop):
    shop.sells("Mug", "Tea", "Bag")
    yesterday = clock.now() - timedelta(days=1)

    shop.visited("Mug", visitor="ada")
    shop.visited("Tea", visitor="eve")
    shop.visited("Bag", visitor="ada", at=yesterday)
    fold()

    assert interest(shop, "Mug") == interest(shop, "Tea") == interest(shop, "Bag") == 1
    assert counted()[1] == set()


def test_a_customer_on_two_devices_is_one_visitor(shop):
    shop.sells("Mug", "Tea")
    ada = uuid7()

    shop.visited("Mug", visitor="phone", user=ada)
    shop.visited("Tea", visitor="laptop", user=ada)
    fold()

    assert together(shop, "Mug", "Tea") == 1


def test_without_consent_nothing_is_kept(shop):
    shop.sells("Mug", "Tea")

    shop.behaved(*(behavior(product_id, session_id=None) for product_id in shop.products.values()))

    assert rows("SELECT * FROM interaction") == []


def test_a_purchase_that_an_order_tells_of_is_not_counted_twice(shop):
    shop.sells("Mug")

    shop.behaved(behavior(shop.products["Mug"], "purchase", source="orders"))
    shop.behaved(behavior(None, "search", query="mug"))

    assert rows("SELECT * FROM interaction") == []


def test_the_work_for_a_visitor_who_looks_at_everything_is_bounded(shop):
    names = [f"Mug {number}" for number in range(4 * PRODUCTS)]
    shop.sells(*names)

    shop.visited(*names, visitor="robot")
    fold()

    assert len(counted()[0]) == PRODUCTS
    assert len(counted()[1]) == PRODUCTS * (PRODUCTS - 1)


def test_old_interest_does_not_count(shop):
    shop.sells("Mug", "Tea")

    shop.visited("Mug", "Tea", at=clock.now() - timedelta(weeks=13))
    fold()

    assert counted() == (set(), set())
    assert rows("SELECT * FROM interaction") == []


def test_interest_fades(shop):
    shop.sells("Mug", "Tea")
    shop.sold("Mug", times=3, at=clock.now() - timedelta(weeks=9))
    shop.sold("Tea")
    shop.keeps_up()

    assert shop.recommends() == ["Tea", "Mug"]


def test_what_counts_no_more_is_forgotten(shop):
    shop.sells("Mug", "Tea")
    shop.sold("Mug", "Tea")
    fold()

    with ahead(timedelta(weeks=13)), transaction() as session:
        tasks.forget_old(session)

    assert counted() == (set(), set())
    assert rows("SELECT id FROM basket") == []


def test_what_counts_still_is_not_forgotten(shop):
    shop.sells("Mug", "Tea")
    shop.sold("Mug", "Tea")
    fold()

    with ahead(timedelta(weeks=11)), transaction() as session:
        tasks.forget_old(session)

    assert together(shop, "Mug", "Tea") == 5


def test_counts_are_those_of_the_baskets_whatever_comes_in_whatever_order(shop):
    names = [f"Mug {number}" for number in range(9)]
    shop.sells(*names)
    chance = Random(7)  # noqa: S311  the story of a test
    for _ in range(120):
        some = chance.choices(names, k=chance.randint(1, 5))
        kind = chance.choice(["view", "click", "add_to_cart", "purchase"])
        at = clock.now() - timedelta(days=chance.randint(0, 60))
        if chance.random() < 0.2:
            shop.sold(*some, at=at)
        else:
            shop.visited(*some, visitor=chance.choice("abcdefgh"), kind=kind, at=at)
        if chance.random() < 0.3:
            publisher.fold()
    fold()

    assert counted() == counts_of_baskets()
    assert len(counted()[1]) > 50


def test_the_age_of_waiting_interest_is_shown(shop):
    shop.sells("Mug")
    shop.sold("Mug")

    with transaction() as session:
        tasks.measure_delay(session)
    waiting = REGISTRY.get_sample_value("recommendations_oldest_waiting_seconds")
    fold()
    with transaction() as session:
        tasks.measure_delay(session)

    assert waiting is not None
    assert waiting > 0
    assert REGISTRY.get_sample_value("recommendations_oldest_waiting_seconds") == 0
