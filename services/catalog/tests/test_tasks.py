"""The stock projection: versions, repeats, and listings that follow."""

from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

from flask import Flask

from libs.contracts.inventory import StockChanged, StockLevel
from libs.db.transaction import transaction
from libs.ids import uuid7
from services.catalog import tasks
from services.catalog.tests.shop import Shop, variant


def level(variant_id: UUID, available: int, version: int) -> StockLevel:
    """What inventory says of one variant."""
    return StockLevel(variant_id=variant_id, available=available, version=version)


def tell(*levels: StockLevel) -> None:
    """A fact arrives."""
    with transaction() as session:
        tasks.project_stock(session, StockChanged(levels=levels))


def test_an_older_level_that_arrives_late_is_ignored(shop: Shop) -> None:
    product_id = shop.add("Mug")
    piece = shop.card(product_id).variants[0].id

    tell(level(piece, 0, version=5))
    tell(level(piece, 9, version=4))

    card = shop.card(product_id)
    assert (card.variants[0].available, card.in_stock) == (0, False)


def test_the_same_fact_twice_is_the_same_as_once(shop: Shop) -> None:
    product_id = shop.add("Mug")
    piece = shop.card(product_id).variants[0].id

    tell(level(piece, 3, version=1))
    tell(level(piece, 3, version=1))

    card = shop.card(product_id)
    assert (card.variants[0].available, card.in_stock) == (3, True)


def test_of_two_levels_in_one_fact_the_newer_counts(shop: Shop) -> None:
    product_id = shop.add("Mug")
    piece = shop.card(product_id).variants[0].id

    tell(level(piece, 0, version=2), level(piece, 3, version=1))

    assert not shop.card(product_id).in_stock


def test_a_level_may_come_before_its_product(shop: Shop) -> None:
    tell(level(uuid7(), 3, version=1))

    assert shop.names(in_stock=True) == []


def test_a_product_is_in_stock_as_long_as_one_variant_is(shop: Shop) -> None:
    product_id = shop.add("Mug", variant("A", options={"n": "1"}), variant("B", options={"n": "2"}))
    first, second = (v.id for v in shop.card(product_id).variants)

    tell(level(first, 1, version=1), level(second, 1, version=1))
    tell(level(first, 0, version=2))
    one_left = shop.card(product_id).in_stock
    tell(level(second, 0, version=2))

    assert (one_left, shop.card(product_id).in_stock) == (True, False)


def test_stock_of_a_removed_variant_does_not_count_until_it_is_back(shop: Shop) -> None:
    first, second = variant("A", options={"n": "1"}), variant("B", options={"n": "2"})
    product_id = shop.add("Mug", first, second)
    tell(level(shop.card(product_id).variants[1].id, 5, version=1))

    shop.change(product_id, variants=(first,))
    without = shop.card(product_id).in_stock
    shop.change(product_id, variants=(first, second))

    assert (without, shop.card(product_id).in_stock) == (False, True)


def test_a_change_of_stock_is_no_change_of_the_product(shop: Shop) -> None:
    product_id = shop.add("Mug")

    tell(level(shop.card(product_id).variants[0].id, 5, version=1))

    assert shop.card(product_id).version == 1
    assert len(shop.facts()) == 1


def test_listings_are_right_after_stock_and_product_change_at_once(app: Flask, shop: Shop) -> None:
    product_id = shop.add("Mug")
    piece = shop.card(product_id).variants[0].id

    def supply(number: int) -> None:
        with app.app_context():
            tell(level(piece, number % 2, version=number))

    def rename(number: int) -> None:
        with app.app_context():
            shop.change(product_id, name=f"Mug {number}")

    with ThreadPoolExecutor(4) as pool:
        for number in range(1, 32):
            pool.submit(supply, number)
            pool.submit(rename, number)

    card = shop.card(product_id)
    assert card.variants[0].available == 1
    assert card.in_stock
