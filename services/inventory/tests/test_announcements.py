"""Availability reaches the other services: never lost, never out of order, gathered."""

import threading
from functools import partial
from typing import Any

from flask import Flask

from libs.db.transaction import transaction
from libs.testing.crowd import at_once
from services.inventory.commands import announcements, holds
from services.inventory.rules.allocation import BACKORDER_PROMISE
from services.inventory.tests.shop import announced, count

PLACES = ("main", "far")


def announce(limit: int = 500) -> int:
    with transaction() as session:
        return announcements.announce_levels(session, limit)


def test_many_changes_of_one_variant_are_announced_once(shop):
    shop.receive(5, "mug")
    for _ in range(3):
        shop.reserve(shop.lines(mug=1))

    announce()

    assert [(level.variant_id, level.available) for level in announced()] == [
        (shop.variants["mug"], 2)
    ]
    assert announce() == 0


def test_a_sale_of_held_stock_changes_no_promise_and_is_not_announced(shop):
    shop.receive(5, "mug")
    order_id = shop.reserve(shop.lines(mug=1))
    announce()

    with transaction() as session:
        holds.commit_stock(session, order_id)

    assert announce() == 0


def test_the_level_is_the_sum_over_all_locations(shop):
    shop.open_location("far", priority=5)
    shop.receive(2, "mug")
    shop.receive(3, "mug", location="far")

    announce()

    assert announced()[-1].available == 5


def test_a_variant_that_takes_backorders_can_always_be_promised(shop):
    shop.receive(1, "mug")
    shop.take_backorders("mug")

    announce()

    assert announced()[-1].available == BACKORDER_PROMISE


def test_a_new_variant_is_announced_as_out_of_stock(shop):
    shop.list_product("mug")

    announce()

    assert [level.available for level in announced()] == [0]


def test_long_announcements_are_cut_into_messages(shop):
    shop.receive(1, *(f"sku-{number}" for number in range(announcements.LEVELS_PER_FACT + 1)))

    announce(limit=5000)

    assert count("outbox") == 2
    assert len(announced()) == announcements.LEVELS_PER_FACT + 1


def test_a_change_that_is_not_committed_yet_is_announced_by_a_later_run(app, shop):
    shop.receive(5, "mug")
    announce()
    order_lines = shop.lines(mug=2)

    with transaction() as writer:
        holds.hold(writer, shop.variants["mug"], order_lines, seconds=None)
        early = _elsewhere(app, announce)
    late = announce()

    assert (early, late) == (0, 1)
    assert announced()[-1].available == 3


def test_the_announcer_that_read_first_has_the_smaller_version_though_it_commits_last(app, shop):
    shop.receive(5, "mug")

    with transaction() as slow:
        announcements.announce_levels(slow, 500)
        _elsewhere(app, partial(shop.reserve, shop.lines(mug=2)))
        _elsewhere(app, announce)
    levels = sorted(announced(), key=lambda level: level.version)

    assert [level.available for level in levels] == [5, 3]
    assert levels[0].version < levels[1].version


def test_a_change_at_any_location_raises_the_version(shop):
    shop.open_location("far", priority=5)
    shop.receive(1, "mug", location="far")
    for _ in range(3):
        shop.receive(1, "mug")
    announce()

    shop.receive(1, "mug", location="far")
    announce()

    before, after = announced()
    assert after.version > before.version


def test_racing_announcers_and_buyers_leave_the_newest_level_with_the_highest_version(app, shop):
    skus = [f"sku-{number}" for number in range(4)]
    shop.open_location("far", priority=5)
    shop.receive(100, *skus)
    shop.receive(100, *skus, location="far")
    selling = threading.Event()

    def buy() -> None:
        for number in range(40):
            shop.reserve(shop.lines(**{skus[number % 4]: 1 + number % 3}))
            shop.receive(1, skus[number % 4], location="far")
        selling.set()

    def announce_all_along() -> None:
        while not selling.is_set():
            announce(limit=3)

    outcomes = at_once(app, [buy, buy, announce_all_along, announce_all_along, announce_all_along])
    while announce():
        pass

    assert outcomes == [None] * 5
    newest: dict[Any, Any] = {}
    for level in announced():
        known = newest.get((level.variant_id, level.version))
        assert known in (None, level.available)
        newest[level.variant_id, level.version] = level.available
    for sku, variant_id in shop.variants.items():
        last = max(version for found, version in newest if found == variant_id)
        free = [on_hand - reserved for on_hand, reserved in map(shop.level, [sku] * 2, PLACES)]
        assert newest[variant_id, last] == sum(free)


def _elsewhere(app: Flask, work: Any) -> Any:
    """The work's result, done on another connection."""
    (result,) = at_once(app, [work])
    return result
