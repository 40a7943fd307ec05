"""Returned pieces go back to their shelves, never more than were sold."""

from uuid import UUID

import pytest

from libs.contracts.inventory import StockLine
from libs.db.transaction import transaction
from libs.ids import uuid7
from services.inventory.commands import returns
from services.inventory.errors import ReturnExceedsSale
from services.inventory.tests.shop import count, imbalance


def give_back(order_id: UUID, lines: tuple[StockLine, ...]) -> None:
    with transaction() as session:
        returns.return_stock(session, order_id=order_id, return_id=uuid7(), lines=lines)


def test_returned_pieces_lie_on_the_shelves_they_left(shop):
    shop.open_location("far", priority=5)
    shop.receive(2, "mug")
    shop.receive(3, "mug", location="far")
    order_id = shop.sell(shop.lines(mug=4))

    give_back(order_id, shop.lines(mug=3))

    assert shop.level("mug")[0] + shop.level("mug", "far")[0] == 4
    assert count("movement WHERE kind = 'return'") == 2
    assert imbalance() == []


def test_partial_returns_add_up_to_the_sale_and_no_further(shop):
    shop.receive(5, "mug")
    order_id = shop.sell(shop.lines(mug=3))
    give_back(order_id, shop.lines(mug=2))

    with pytest.raises(ReturnExceedsSale):
        give_back(order_id, shop.lines(mug=2))

    give_back(order_id, shop.lines(mug=1))
    assert shop.level("mug") == (5, 0)


def test_one_bad_line_returns_nothing(shop):
    shop.receive(5, "mug", "pot")
    order_id = shop.sell(shop.lines(mug=3))

    with pytest.raises(ReturnExceedsSale):
        give_back(order_id, shop.lines(mug=1, pot=1))

    assert shop.level("mug") == (2, 0)


def test_held_stock_cannot_be_returned(shop):
    shop.receive(5, "mug")
    order_id = shop.reserve(shop.lines(mug=3))

    with pytest.raises(ReturnExceedsSale):
        give_back(order_id, shop.lines(mug=1))

    assert shop.level("mug") == (5, 3)
