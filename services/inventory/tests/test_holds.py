"""Reserve, release, commit: all or nothing, once, in few statements."""

from datetime import timedelta

import pytest
from sqlalchemy.exc import InternalError
from sqlalchemy.orm import Session

from libs import clock
from libs.contracts.inventory import StockLine
from libs.db.transaction import transaction
from libs.ids import uuid7
from services.inventory.commands import holds
from services.inventory.errors import NothingHeld, OutOfStock
from services.inventory.tests.shop import announced, count, imbalance


def executions(session: Session) -> int:
    """How many prepared statements this connection has run."""
    statement = "SELECT sum(generic_plans + custom_plans)::int FROM pg_prepared_statements"
    return int(session.connection().exec_driver_sql(statement).scalar() or 0)


def test_reserved_stock_is_held_and_not_available(shop):
    shop.receive(5, "mug")

    shop.reserve(shop.lines(mug=2))

    assert shop.level("mug") == (5, 2)
    assert count("reservation WHERE state = 'held' AND quantity = 2") == 1


def test_one_line_out_of_stock_holds_nothing_and_names_its_sku(shop):
    shop.receive(5, "mug")
    shop.receive(1, "pot", "pan")

    with pytest.raises(OutOfStock) as refusal:
        shop.reserve(shop.lines(mug=1, pot=2, pan=2))

    assert refusal.value.extra == {"skus": ["pan", "pot"]}
    assert shop.level("mug") == (5, 0)
    assert count("reservation") == 0


def test_a_refusal_comes_before_the_first_write(shop):
    shop.receive(1, "mug")

    with transaction() as session:
        with pytest.raises(OutOfStock):
            holds.reserve_stock(session, uuid7(), shop.lines(mug=2))
        written = session.connection().exec_driver_sql("SELECT count(*) FROM reservation").scalar()

    assert written == 0
    assert shop.level("mug") == (1, 0)


def test_two_lines_of_one_variant_cannot_dodge_the_check(shop):
    shop.receive(3, "mug")

    with pytest.raises(OutOfStock):
        shop.reserve([*shop.lines(mug=2), *shop.lines(mug=2)])

    assert shop.level("mug") == (3, 0)


def test_an_unknown_variant_is_out_of_stock(shop):
    stranger = uuid7()

    with pytest.raises(OutOfStock) as refusal:
        shop.reserve([StockLine(stranger, 1)])

    assert refusal.value.extra == {"skus": [str(stranger)]}


def test_released_stock_is_available_again(shop):
    shop.receive(5, "mug")
    order_id = shop.reserve(shop.lines(mug=2))

    with transaction() as session:
        holds.release_stock(session, order_id)

    assert shop.level("mug") == (5, 0)
    assert count("reservation WHERE state = 'released'") == 1


def test_releasing_twice_gives_back_once(shop):
    shop.receive(5, "mug")
    shop.reserve(shop.lines(mug=1))
    order_id = shop.reserve(shop.lines(mug=2))

    for _ in range(2):
        with transaction() as session:
            holds.release_stock(session, order_id)

    assert shop.level("mug") == (5, 1)


def test_a_release_of_nothing_is_harmless(app):
    with transaction() as session:
        holds.release_stock(session, uuid7())

    assert count("reservation") == 0


def test_committed_stock_has_left_with_a_movement(shop):
    shop.receive(5, "mug")

    shop.sell(shop.lines(mug=2))

    assert shop.level("mug") == (3, 0)
    assert count("movement WHERE kind = 'sale' AND delta = -2") == 1
    assert imbalance() == []


def test_committing_twice_sells_once(shop):
    shop.receive(5, "mug")
    order_id = shop.sell(shop.lines(mug=2))

    with transaction() as session:
        holds.commit_stock(session, order_id)

    assert shop.level("mug") == (3, 0)


def test_a_release_after_the_commit_changes_nothing(shop):
    shop.receive(5, "mug")
    order_id = shop.sell(shop.lines(mug=2))

    with transaction() as session:
        holds.release_stock(session, order_id)

    assert shop.level("mug") == (3, 0)


def test_an_order_that_holds_nothing_cannot_be_committed(shop):
    shop.receive(5, "mug")
    order_id = shop.reserve(shop.lines(mug=2))
    with transaction() as session:
        holds.release_stock(session, order_id)

    with pytest.raises(NothingHeld), transaction() as session:
        holds.commit_stock(session, order_id)

    assert shop.level("mug") == (5, 0)


def test_an_order_may_hold_again_what_it_released(shop):
    shop.receive(5, "mug")
    order_id = shop.reserve(shop.lines(mug=2))

    with transaction() as session:
        holds.release_stock(session, order_id)
        holds.reserve_stock(session, order_id, shop.lines(mug=3))

    assert shop.level("mug") == (5, 3)
    assert imbalance() == []


def test_an_order_that_holds_already_cannot_hold_twice(shop):
    shop.receive(5, "mug")
    order_id = shop.reserve(shop.lines(mug=2))

    with pytest.raises(InternalError, match="locked levels"), transaction() as session:
        holds.reserve_stock(session, order_id, shop.lines(mug=2))

    assert shop.level("mug") == (5, 2)


def test_a_line_is_split_over_locations_and_each_gives_its_part(shop):
    shop.open_location("far", priority=5)
    shop.receive(2, "mug")
    shop.receive(3, "mug", location="far")

    shop.sell(shop.lines(mug=4))

    assert shop.level("mug") == (0, 0)
    assert shop.level("mug", "far") == (1, 0)
    assert imbalance() == []


def test_a_backorder_leaves_once_its_stock_has_arrived(shop):
    shop.receive(1, "mug")
    shop.take_backorders("mug")
    shop.sell(shop.lines(mug=3))
    before = shop.level("mug")
    shop.receive(4, "mug")

    with transaction() as session:
        served = holds.serve_backorders(session, 50)

    assert before == (1, 3)
    assert served == 1
    assert shop.level("mug") == (2, 0)
    assert count("reservation WHERE owed") == 0
    assert imbalance() == []


def test_a_backorder_waits_while_its_stock_is_missing(shop):
    shop.receive(1, "mug")
    shop.take_backorders("mug")
    shop.sell(shop.lines(mug=3))

    with transaction() as session:
        served = holds.serve_backorders(session, 50)

    assert served == 0
    assert shop.level("mug") == (1, 3)


@pytest.mark.parametrize("lines", [1, 20])
def test_the_number_of_statements_does_not_depend_on_the_number_of_lines(shop, lines):
    skus = [f"sku-{number}" for number in range(lines)]
    shop.receive(5, *skus)
    wanted = shop.lines(**dict.fromkeys(skus, 2))

    with transaction() as session:
        start, order_id = executions(session), uuid7()
        holds.reserve_stock(session, order_id, wanted)
        reserved = executions(session)
        holds.commit_stock(session, order_id)
        committed = executions(session)
        holds.release_stock(session, order_id)
        released = executions(session)

    assert (reserved - start, committed - reserved, released - committed) == (2, 1, 1)


def test_a_thousand_lines_are_held_sold_and_released(shop):
    skus = [f"sku-{number}" for number in range(1000)]
    shop.receive(5, *skus)
    lines = shop.lines(**dict.fromkeys(skus, 2))

    started = clock.now()
    shop.sell(lines)
    released = shop.reserve(lines)
    with transaction() as session:
        holds.release_stock(session, released)

    assert clock.now() - started < timedelta(seconds=2)
    assert count("stock_level WHERE on_hand = 3 AND reserved = 0") == 1000
    assert imbalance() == []
    assert len(announced()) == 0
