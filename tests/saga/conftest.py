"""The real services of the order sagas, shared by the cases of one module."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import TypeVar
from uuid import uuid4

import pytest

from libs.db.base import db
from libs.testing.pump import Pump
from libs.testing.servers.payment_simulator import PaymentSimulator
from libs.testing.servers.postgres import Databases
from libs.testing.servers.private import scratch_directory
from tests.saga.order_shop import OrderShop
from tests.saga.privacy_shop import PrivacyShop

S = TypeVar("S", bound=OrderShop)


@pytest.fixture(scope="module")
def service_environ(
    postgres_server: Databases, service_template: Callable[[str], str]
) -> Iterator[Callable[[str], dict[str, str]]]:
    """The setting that leads a service to a new database of its own."""

    def environ(service: str) -> dict[str, str]:
        name = f"argosy_test_{service}_{uuid4().hex}"
        databases.callback(postgres_server.drop_database, name)
        url = postgres_server.create_database(name, service_template(service))
        return {f"ARGOSY_{service.upper()}_DATABASE_URL": url}

    with ExitStack() as databases:
        yield environ


@pytest.fixture(scope="module")
def open_shop(
    service_environ: Callable[[str], dict[str, str]],
) -> Iterator[Callable[[type[S]], S]]:
    """`open_shop(OrderShop)` is a stocked shop on databases of its own."""

    def make(kind: type[S]) -> S:
        shop = kind(simulator)
        stack.callback(_close, shop.pump)
        stack.enter_context(shop.pump.moved_clock())
        shop.open(service_environ)
        return shop

    with scratch_directory() as directory, ExitStack() as stack:
        simulator = stack.enter_context(PaymentSimulator(directory))
        yield make


@pytest.fixture(scope="module")
def privacy_shop(service_environ: Callable[[str], dict[str, str]]) -> Iterator[PrivacyShop]:
    """Services that know much about people."""
    shop = PrivacyShop()
    with ExitStack() as stack:
        stack.callback(_close, shop.pump)
        stack.enter_context(shop.pump.moved_clock())
        shop.open(service_environ)
        yield shop


def _close(pump: Pump) -> None:
    for node in pump.nodes.values():
        with node.app.app_context():
            db.engine.dispose()
