"""What must hold whatever happens at once."""

import random
from functools import partial
from uuid import UUID

import pytest

from libs.db.transaction import transaction
from libs.ids import uuid7
from libs.testing.crowd import at_once
from services.inventory.commands import holds, returns
from services.inventory.errors import OutOfStock, ReturnExceedsSale
from services.inventory.tests.shop import count, imbalance

BUYERS = 50


def test_of_fifty_buyers_of_the_last_piece_exactly_one_gets_it(app, shop):
    shop.receive(1, "mug")
    lines = shop.lines(mug=1)

    outcomes = at_once(app, [partial(shop.reserve, lines)] * BUYERS)

    assert sum(isinstance(outcome, UUID) for outcome in outcomes) == 1
    assert sum(isinstance(outcome, OutOfStock) for outcome in outcomes) == BUYERS - 1
    assert shop.level("mug") == (1, 1)


def test_buyers_of_the_same_skus_in_any_order_never_deadlock(app, shop):
    skus = [f"sku-{number}" for number in range(10)]
    shop.receive(1000, *skus)
    dice = random.Random(7)  # noqa: S311  not a secret

    def buy() -> None:
        for _ in range(10):
            wanted = dice.sample(skus, 5)
            shop.sell(shop.lines(**dict.fromkeys(wanted, 1)))

    outcomes = at_once(app, [buy] * 8)

    assert outcomes == [None] * 8
    assert count("movement WHERE kind = 'sale'") == 8 * 10 * 5
    assert imbalance() == []


def test_stock_is_conserved_whatever_orders_do_at_once(app, shop):
    skus = [f"sku-{number}" for number in range(6)]
    shop.open_location("far", priority=5)
    shop.receive(30, *skus)
    shop.receive(30, *skus, location="far")

    def live(seed: int) -> None:
        dice = random.Random(seed)  # noqa: S311  not a secret
        for _ in range(12):
            _one_order(shop, dice, skus)

    outcomes = at_once(app, [partial(live, seed) for seed in range(8)])

    assert outcomes == [None] * 8
    assert imbalance() == []
    assert count("stock_level WHERE on_hand < 0 OR reserved < 0 OR reserved > on_hand") == 0


def _one_order(shop, dice: random.Random, skus: list[str]) -> None:
    """Reserve, then release, or sell and perhaps return; some deliveries come in between."""
    order_id, lines = (
        uuid7(),
        shop.lines(**{sku: dice.randint(1, 8) for sku in dice.sample(skus, 3)}),
    )
    try:
        with transaction() as session:
            holds.reserve_stock(session, order_id, lines)
    except OutOfStock:
        shop.receive(dice.randint(1, 5), dice.choice(skus))
        return
    with transaction() as session:
        if dice.random() < 0.5:
            holds.release_stock(session, order_id)
            return
        holds.commit_stock(session, order_id)
    if dice.random() < 0.5:
        with transaction() as session:
            returns.return_stock(session, order_id=order_id, return_id=uuid7(), lines=lines[:1])


def test_release_and_commit_of_one_order_at_once_have_one_effect(app, shop):
    shop.receive(100, "mug")
    orders = [shop.reserve(shop.lines(mug=2)) for _ in range(20)]

    def end(order_id: UUID, way) -> None:
        with transaction() as session:
            way(session, order_id)

    at_once(
        app,
        [
            partial(end, order_id, way)
            for order_id in orders
            for way in (holds.release_stock, holds.commit_stock)
        ],
    )

    assert shop.level("mug")[1] == 0
    assert count("reservation WHERE state IN ('committed', 'released')") == 20
    assert imbalance() == []


def test_parallel_returns_of_one_order_never_exceed_its_sale(app, shop):
    shop.receive(10, "mug")
    order_id, lines = shop.sell(shop.lines(mug=3)), shop.lines(mug=1)

    def give_back() -> None:
        with transaction() as session:
            returns.return_stock(session, order_id=order_id, return_id=uuid7(), lines=lines)

    outcomes = at_once(app, [give_back] * 10)

    assert sum(isinstance(outcome, ReturnExceedsSale) for outcome in outcomes) == 7
    assert shop.level("mug") == (10, 0)


@pytest.mark.parametrize("change", ["UPDATE movement SET delta = 1", "DELETE FROM movement"])
def test_the_ledger_cannot_be_rewritten(shop, change):
    shop.receive(3, "mug")

    with pytest.raises(Exception, match="append-only"), transaction() as session:
        session.connection().exec_driver_sql(change)

    assert count("movement WHERE delta = 3") == 1
