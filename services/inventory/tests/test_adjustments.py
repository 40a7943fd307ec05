"""Batches of adjustments: all or none, and every line that is wrong is named."""

import pytest

from libs.db.transaction import transaction
from libs.ids import uuid7
from services.inventory.commands import adjustments
from services.inventory.errors import AdjustmentRefused
from services.inventory.rules.allocation import DEFAULT_LOCATION
from services.inventory.rules.changes import Change, Line
from services.inventory.tests.shop import count, imbalance


def line(
    sku: str,
    delta: int | None = None,
    on_hand: int | None = None,
    *,
    location: str = DEFAULT_LOCATION,
    index: int = 0,
) -> Line:
    return Line(sku, location, Change(f"/lines/{index}", "because", delta, on_hand))


def adjust(*lines: Line) -> adjustments.Applied:
    with transaction() as session:
        return adjustments.adjust_stock(session, lines, actor="usr_test")


def test_a_batch_changes_every_level_and_writes_who_and_why(shop):
    shop.receive(5, "mug", "pot")

    adjust(line("mug", delta=-2), line("pot", on_hand=9))

    assert (shop.level("mug"), shop.level("pot")) == ((3, 0), (9, 0))
    assert count("movement WHERE actor = 'usr_test' AND reason = 'because'") == 2
    assert count("movement WHERE kind = 'recount' AND delta = 4") == 1


def test_every_wrong_line_is_named_and_no_line_is_applied(shop):
    shop.receive(5, "mug", "pot")
    shop.reserve(shop.lines(pot=3))

    with pytest.raises(AdjustmentRefused) as refusal:
        adjust(
            line("mug", delta=1, index=0), line("pot", on_hand=2, index=1), line("mug", -9, index=2)
        )

    faults = {error["pointer"]: error["code"] for error in refusal.value.extra["errors"]}
    assert faults == {"/lines/2": "duplicate_line"}
    assert shop.level("mug") == (5, 0)


def test_lines_that_the_shelf_forbids_are_all_named(shop):
    shop.receive(5, "mug", "pot", "pan")
    shop.reserve(shop.lines(pot=3))

    with pytest.raises(AdjustmentRefused) as refusal:
        adjust(
            line("mug", delta=1, index=0), line("pot", on_hand=2, index=1), line("pan", -9, index=2)
        )

    faults = {error["pointer"]: error["code"] for error in refusal.value.extra["errors"]}
    assert faults == {"/lines/1": "below_reserved", "/lines/2": "below_zero"}
    assert shop.level("mug") == (5, 0)


def test_unknown_skus_and_locations_are_named(shop):
    shop.receive(5, "mug")

    with pytest.raises(AdjustmentRefused) as refusal:
        adjust(line("cup", 1, index=0), line("mug", 1, location="moon", index=1))

    faults = {error["pointer"]: error["code"] for error in refusal.value.extra["errors"]}
    assert faults == {"/lines/0": "unknown_sku", "/lines/1": "unknown_location"}


def test_the_first_delivery_to_a_location_opens_its_level(shop):
    shop.list_product("mug")
    shop.open_location("far", priority=5)

    shop.receive(4, "mug", location="far")

    assert shop.level("mug", "far") == (4, 0)


def test_a_thousand_lines_are_applied_together(shop):
    skus = [f"sku-{number}" for number in range(1000)]
    shop.list_product(*skus)

    applied = adjust(*(line(sku, delta=3) for sku in skus))

    assert applied.lines == 1000
    assert count("stock_level WHERE on_hand = 3") == 1000
    assert imbalance() == []


def test_a_variant_that_its_product_dropped_keeps_its_stock_and_leaves_the_sku_to_the_next(shop):
    product_id = uuid7()
    shop.list_product("mug", product_id=product_id)
    shop.receive(3, "mug")
    first = shop.variants.pop("mug")
    shop.list_product("mug", product_id=product_id, version=2)

    shop.receive(1, "mug")

    assert shop.level("mug") == (1, 0)
    assert count(f"stock_level WHERE variant_id = '{first}' AND on_hand = 3") == 1
    assert count(f"variant WHERE id = '{first}' AND NOT listed") == 1


def test_an_older_product_version_changes_nothing(shop):
    product_id = uuid7()
    shop.list_product("mug", "pot", product_id=product_id, version=2)

    shop.list_product("mug", product_id=product_id, version=1)

    assert count("variant WHERE listed") == 2
