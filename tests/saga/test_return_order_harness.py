"""The saga that takes goods back, under every question of the harness, with its real services."""

from uuid import UUID

import pytest
from sqlalchemy import select

from libs.testing.saga_harness import Run, Subject, cases
from services.orders.commands.returns import request_return
from services.orders.models.tables import Order, OrderLine
from services.orders.sagas import RETURN_ORDER
from tests.saga.order_shop import DISCOUNT, PRICE, OrderShop

CASES = cases(RETURN_ORDER, slow={"refund_payment"})


class ReturnShop(OrderShop):
    """A shop whose buyer has changed their mind."""

    def begin_return(self) -> UUID:
        """A paid order, all of which comes back."""
        chance, self.pump.chance = self.pump.chance, None
        order_id = self.begin()
        self.pump.drain()
        self.pump.chance = chance
        with self.writing("orders") as session:
            order = session.get_one(Order, order_id)
            line = session.scalars(select(OrderLine).where(OrderLine.order_id == order_id)).one()
            return request_return(session, order, {line.id: 1}, "harness")

    def check_return(self, return_id: UUID, status: str) -> None:
        """The money and the goods are back exactly once, or not at all."""
        done = status == "done"
        order_id = self.one("orders", 'SELECT order_id FROM "return" WHERE id = :id', return_id)
        state = self.one("orders", 'SELECT state FROM "return" WHERE id = :id', return_id)
        assert state == ("refunded" if done else "refused")
        refunded = "SELECT refunded FROM payment WHERE order_id = :id"
        assert self.one("payments", refunded, order_id) == (PRICE - DISCOUNT if done else 0)
        assert self.provider_events(order_id).count("refunded") == int(done)
        returned = "SELECT returned FROM reservation WHERE reference = :id"
        assert self.one("inventory", returned, order_id) == int(done)
        self.check_totals()


@pytest.fixture(scope="module")
def subject(open_shop):
    shop = open_shop(ReturnShop)
    return Subject(RETURN_ORDER, shop.pump, shop.begin_return, shop.check_return)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_taking_goods_back(subject, case):
    Run(subject, case).prove()
