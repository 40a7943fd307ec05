"""Which location serves a line, by the strategy that is set, and whether a line may be split."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.db.transaction import transaction
from libs.ids import uuid7
from libs.testing.service_fixtures import ServiceApp
from services.inventory.commands import announcements
from services.inventory.errors import OutOfStock
from services.inventory.rules.allocation import STRATEGIES, Portion, Shelf, allocate, arrange
from services.inventory.tests.shop import Shop, announced, imbalance

MUG, CUP, NEAR, FAR = uuid7(), uuid7(), uuid7(), uuid7()


def shelf(place: UUID, on_hand: int, reserved: int = 0, *, backorder: bool = False) -> Shelf:
    return Shelf(place, on_hand, reserved, backorder)


def test_by_priority_the_order_stays():
    shelves = {MUG: [shelf(NEAR, 1), shelf(FAR, 9)]}

    assert arrange({MUG: 1}, shelves, "priority") == shelves


def test_the_fuller_shelf_goes_first_and_priority_decides_between_equals():
    shelves = {MUG: [shelf(NEAR, 5), shelf(FAR, 9, 3)], CUP: [shelf(NEAR, 4), shelf(FAR, 4)]}

    found = arrange({MUG: 1, CUP: 1}, shelves, "most_stock")

    assert [one.location_id for one in found[MUG]] == [FAR, NEAR]
    assert [one.location_id for one in found[CUP]] == [NEAR, FAR]


def test_an_order_comes_from_the_location_that_has_most_of_it():
    shelves = {MUG: [shelf(NEAR, 9), shelf(FAR, 2)], CUP: [shelf(NEAR, 1), shelf(FAR, 9)]}

    found = arrange({MUG: 2, CUP: 2}, shelves, "together")

    assert [one.location_id for one in found[MUG]] == [FAR, NEAR]
    assert [one.location_id for one in found[CUP]] == [FAR, NEAR]


def test_a_line_that_may_not_be_split_needs_one_location_that_has_it_all():
    shelves = [shelf(NEAR, 2), shelf(FAR, 2)]

    assert allocate(MUG, 3, shelves, split=False) is None
    assert allocate(MUG, 2, shelves, split=False) == [Portion(MUG, NEAR, 2)]


def test_a_line_that_may_not_be_split_is_whole_on_backorder():
    shelves = [shelf(NEAR, 2), shelf(FAR, 2, backorder=True)]

    assert allocate(MUG, 3, shelves, split=False) == [Portion(MUG, FAR, 3)]


@given(
    st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=1, max_size=4),
    st.integers(1, 20),
    st.sampled_from(STRATEGIES),
    st.booleans(),
)
def test_whatever_the_policy_a_line_gets_all_it_asks_for_or_nothing(stock, quantity, how, split):
    shelves = [shelf(uuid7(), on_hand, min(held, on_hand)) for on_hand, held in stock]
    free = {one.location_id: one.free for one in shelves}

    ordered = arrange({MUG: quantity}, {MUG: shelves}, how)[MUG]
    portions = allocate(MUG, quantity, ordered, split=split)

    most = sum(free.values()) if split else max(free.values())
    assert (portions is not None) == (most >= quantity)
    for portion in portions or ():
        assert 0 < portion.quantity <= free[portion.location_id]
    assert sum(portion.quantity for portion in portions or ()) == (quantity if portions else 0)


@pytest.mark.parametrize(
    ("allocation", "levels"),
    [
        ("priority", [(5, 2), (9, 0), (3, 2)]),
        ("most_stock", [(5, 0), (9, 2), (3, 2)]),
        ("together", [(5, 2), (9, 0), (3, 2)]),
    ],
)
def test_the_setting_decides_where_an_order_comes_from(service_app: ServiceApp, allocation, levels):
    app = service_app("inventory", ARGOSY_INVENTORY_ALLOCATION=allocation)
    with app.app_context():
        shop = Shop()
        shop.open_location("far", priority=5)
        shop.receive(5, "mug")
        shop.receive(9, "mug", location="far")
        shop.receive(3, "cup")

        shop.reserve(shop.lines(mug=2, cup=2))

        assert [shop.level("mug"), shop.level("mug", "far"), shop.level("cup")] == levels
        assert imbalance() == []


def test_without_splitting_only_what_one_location_has_is_promised_and_held(
    service_app: ServiceApp,
):
    app = service_app("inventory", ARGOSY_INVENTORY_SPLIT_LINES="no")
    with app.app_context():
        shop = Shop()
        shop.open_location("far", priority=5)
        shop.receive(2, "mug")
        shop.receive(3, "mug", location="far")
        with transaction() as session:
            announcements.announce_levels(session, 500)

        with pytest.raises(OutOfStock):
            shop.reserve(shop.lines(mug=4))
        shop.reserve(shop.lines(mug=3))

        assert announced()[-1].available == 3
        assert (shop.level("mug"), shop.level("mug", "far")) == ((2, 0), (3, 3))
