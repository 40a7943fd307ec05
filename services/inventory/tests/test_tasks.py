"""Inventory's messages, and that tables and models are one."""

from libs.contracts.inventory import CommitStock, ReleaseStock, ReserveStock, ReturnStock
from libs.db.transaction import transaction
from libs.ids import uuid7
from services.inventory import tasks
from services.inventory.tests.shop import announced, imbalance, product_changed


def test_an_order_that_is_sold_and_partly_returned(shop):
    shop.receive(5, "mug")
    order_id, mugs = uuid7(), shop.lines(mug=3)

    with transaction() as session:
        tasks.reserve_stock(session, ReserveStock(order_id=order_id, lines=mugs))
        tasks.commit_stock(session, CommitStock(order_id=order_id))
        back = ReturnStock(order_id=order_id, return_id=uuid7(), lines=shop.lines(mug=1))
        tasks.return_stock(session, back)

    assert shop.level("mug") == (3, 0)
    assert imbalance() == []


def test_an_order_that_is_given_up(shop):
    shop.receive(5, "mug")
    order_id = uuid7()

    with transaction() as session:
        tasks.reserve_stock(session, ReserveStock(order_id=order_id, lines=shop.lines(mug=3)))
        tasks.release_stock(session, ReleaseStock(order_id=order_id))

    assert shop.level("mug") == (5, 0)


def test_a_run_of_the_announcer_is_followed_at_once_only_when_it_was_full(shop):
    shop.receive(1, *(f"sku-{number}" for number in range(tasks.MARKS_PER_RUN // 2 + 1)))

    with transaction() as session:
        full, rest = tasks.announce_levels(session), tasks.announce_levels(session)

    assert (full, rest) == (tasks.MARKS_PER_RUN, 0)
    assert {level.variant_id for level in announced()} == set(shop.variants.values())


def test_a_product_fact_lists_its_variants(shop):
    variant_id = uuid7()

    with transaction() as session:
        tasks.project_product(session, product_changed(uuid7(), 1, {"mug": variant_id}))
    shop.variants["mug"] = variant_id
    shop.receive(2, "mug")

    assert shop.level("mug") == (2, 0)
