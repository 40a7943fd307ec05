"""The real services of the order sagas, shared by the cases of one module."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import TypeVar
from uuid import uuid4

import pytest

from libs.db.base import db
from libs.testing.servers.payment_simulator import PaymentSimulator
from libs.testing.servers.postgres import Databases
from libs.testing.servers.private import scratch_directory
from tests.saga.order_shop import OrderShop

S = TypeVar("S", bound=OrderShop)


@pytest.fixture(scope="module")
def open_shop(
    postgres_server: Databases, service_template: Callable[[str], str]
) -> Iterator[Callable[[type[S]], S]]:
    """`open_shop(OrderShop)` is a stocked shop on databases of its own."""

    def environ(service: str) -> dict[str, str]:
        name = f"argosy_test_{service}_{uuid4().hex}"
        databases.callback(postgres_server.drop_database, name)
        url = postgres_server.create_database(name, service_template(service))
        return {f"ARGOSY_{service.upper()}_DATABASE_URL": url}

    def make(kind: type[S]) -> S:
        shop = kind(simulator)
        stack.callback(_close, shop)
        stack.enter_context(shop.pump.moved_clock())
        shop.open(environ)
        return shop

    with scratch_directory() as directory, ExitStack() as databases, ExitStack() as stack:
        simulator = stack.enter_context(PaymentSimulator(directory))
        yield make


def _close(shop: OrderShop) -> None:
    for node in shop.pump.nodes.values():
        with node.app.app_context():
            db.engine.dispose()
