"""The saga that places an order, under every question of the harness, with its real services."""

import pytest

from libs.testing.saga_harness import Run, Subject, cases
from services.orders.sagas import PLACE_ORDER
from tests.saga.order_shop import OrderShop

CASES = cases(PLACE_ORDER, slow={"authorize_payment", "capture_payment"})


@pytest.fixture(scope="module")
def subject(open_shop):
    shop = open_shop(OrderShop)
    return Subject(PLACE_ORDER, shop.pump, shop.begin, shop.check)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_placing_an_order(subject, case):
    Run(subject, case).prove()
