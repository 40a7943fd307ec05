"""Allocation and adjustment, without a database."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.contracts.inventory import StockLine
from libs.ids import uuid7
from services.inventory.errors import BadQuantity
from services.inventory.rules.allocation import (
    Portion,
    Shelf,
    Sold,
    allocate,
    give_back,
    total_demand,
)
from services.inventory.rules.changes import Change, fault_of

VARIANT, NEAR, FAR = uuid7(), uuid7(), uuid7()


def shelf(place: UUID, on_hand: int, reserved: int = 0, *, backorder: bool = False) -> Shelf:
    return Shelf(place, on_hand, reserved, backorder)


def test_lines_of_one_variant_are_summed_and_variants_come_in_locking_order():
    small, large = sorted((uuid7(), uuid7()))

    demand = total_demand([StockLine(large, 1), StockLine(small, 2), StockLine(large, 3)])

    assert list(demand.items()) == [(small, 2), (large, 4)]


@pytest.mark.parametrize("quantity", [0, -1])
def test_a_line_of_less_than_one_piece_is_refused(quantity):
    with pytest.raises(BadQuantity):
        total_demand([StockLine(VARIANT, 5), StockLine(VARIANT, quantity)])


def test_the_first_location_that_has_all_serves_the_line_whole():
    portions = allocate(VARIANT, 3, [shelf(NEAR, 2), shelf(FAR, 3)])

    assert portions == [Portion(VARIANT, FAR, 3)]


def test_a_line_that_no_location_can_serve_whole_is_split_by_priority():
    portions = allocate(VARIANT, 4, [shelf(NEAR, 5, 2), shelf(FAR, 3)])

    assert portions == [Portion(VARIANT, NEAR, 3), Portion(VARIANT, FAR, 1)]


def test_what_is_missing_is_taken_on_backorder_where_that_is_allowed():
    portions = allocate(VARIANT, 9, [shelf(NEAR, 2), shelf(FAR, 3, backorder=True)])

    assert portions == [Portion(VARIANT, NEAR, 2), Portion(VARIANT, FAR, 7)]


def test_a_shelf_that_owes_already_has_nothing_free():
    portions = allocate(VARIANT, 1, [shelf(NEAR, 2, 7, backorder=True), shelf(FAR, 1)])

    assert portions == [Portion(VARIANT, FAR, 1)]


@pytest.mark.parametrize("shelves", [[], [shelf(NEAR, 1, 1)], [shelf(NEAR, 2), shelf(FAR, 1)]])
def test_a_line_beyond_all_free_stock_is_not_served(shelves):
    assert allocate(VARIANT, 4, shelves) is None


shelves_of_a_variant = st.lists(
    st.builds(shelf, st.uuids(), st.integers(0, 20), st.integers(0, 25), backorder=st.booleans()),
    max_size=5,
    unique_by=lambda found: found.location_id,
)


@given(quantity=st.integers(1, 50), shelves=shelves_of_a_variant)
def test_an_allocation_sums_to_the_line_and_only_backorders_exceed_what_is_free(quantity, shelves):
    portions = allocate(VARIANT, quantity, shelves)

    by_place = {found.location_id: found for found in shelves}
    served = sum(found.free for found in shelves) >= quantity
    assert (portions is not None) == (served or any(found.backorder for found in shelves))
    assert portions is None or sum(portion.quantity for portion in portions) == quantity
    for portion in portions or ():
        place = by_place[portion.location_id]
        assert portion.quantity > 0
        assert portion.quantity <= place.free or (place.backorder and not served)


def test_a_return_fills_the_shelves_that_the_order_emptied():
    portions = give_back(VARIANT, 4, [Sold(NEAR, 3), Sold(FAR, 3)])

    assert portions == [Portion(VARIANT, NEAR, 3), Portion(VARIANT, FAR, 1)]


def test_no_more_comes_back_than_was_taken():
    assert give_back(VARIANT, 7, [Sold(NEAR, 3), Sold(FAR, 3)]) is None


def test_a_recount_changes_the_shelf_to_what_was_counted():
    change = Change("/on_hand", "counted", None, 3)

    assert change.delta_for(shelf(NEAR, 5)) == -2


@pytest.mark.parametrize(
    ("found", "delta", "code"),
    [
        (shelf(NEAR, 5, 2), -3, None),
        (shelf(NEAR, 5, 2), -4, "below_reserved"),
        (shelf(NEAR, 5, 2), -6, "below_zero"),
        (shelf(NEAR, 5, 2, backorder=True), -4, None),
        (shelf(NEAR, 5, 2, backorder=True), -6, "below_zero"),
    ],
)
def test_a_shelf_keeps_what_it_promised_unless_it_takes_backorders(found, delta, code):
    fault = fault_of(found, delta)

    assert (fault and fault.code) == code
