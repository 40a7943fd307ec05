"""The saga that places an order, under every question of the harness, with its real services."""

from contextlib import ExitStack
from uuid import uuid4

import pytest

from libs.db.base import db
from libs.testing.saga_harness import Run, Subject, cases
from libs.testing.servers.payment_simulator import PaymentSimulator
from libs.testing.servers.private import scratch_directory
from services.orders.sagas import PLACE_ORDER
from tests.saga.order_shop import OrderShop

CASES = cases(PLACE_ORDER, slow={"authorize_payment", "capture_payment"})


@pytest.fixture(scope="module")
def subject(postgres_server, service_template):
    def environ(service: str) -> dict[str, str]:
        name = f"argosy_test_{service}_{uuid4().hex}"
        stack.callback(postgres_server.drop_database, name)
        url = postgres_server.create_database(name, service_template(service))
        return {f"ARGOSY_{service.upper()}_DATABASE_URL": url}

    with ExitStack() as stack:
        directory = stack.enter_context(scratch_directory())
        shop = OrderShop(stack.enter_context(PaymentSimulator(directory)))
        stack.callback(_close, shop)
        stack.enter_context(shop.pump.moved_clock())
        shop.open(environ)
        yield Subject(PLACE_ORDER, shop.pump, shop.begin, shop.check)


def _close(shop: OrderShop) -> None:
    for node in shop.pump.nodes.values():
        with node.app.app_context():
            db.engine.dispose()


@pytest.mark.parametrize("case", CASES, ids=str)
def test_placing_an_order(subject, case):
    Run(subject, case).prove()
