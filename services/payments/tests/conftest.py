"""The payments app on a database of its own, with the simulator as its provider."""

from collections.abc import Iterator

import pytest
from flask import Flask

from libs.testing.servers.payment_simulator import PaymentSimulator
from libs.testing.servers.private import scratch_directory
from libs.testing.service_fixtures import ServiceApp
from services.payments.tests.money import NEW_SECRET, OLD_SECRET, Books
from services.payments.tests.participant import Leader


@pytest.fixture(scope="session")
def payment_provider() -> Iterator[PaymentSimulator]:
    """The run's provider; its silence outlasts the patience of `app`."""
    options = ("--slow-seconds=0.1", "--hang-seconds=0.6", "--unseen-seconds=0.3")
    with scratch_directory() as directory, PaymentSimulator(directory, *options) as simulator:
        yield simulator


@pytest.fixture
def provider(payment_provider: PaymentSimulator) -> PaymentSimulator:
    """The run's provider, which misbehaves only as this test orders."""
    payment_provider.call("DELETE", "/faults")
    return payment_provider


@pytest.fixture
def app(service_app: ServiceApp, provider: PaymentSimulator) -> Iterator[Flask]:
    """The service, with its context pushed."""
    made = service_app(
        "payments",
        ARGOSY_PAYMENTS_SIMULATOR_URL=provider.url,
        ARGOSY_PAYMENTS_SIMULATOR_WEBHOOK_SECRETS=f"{OLD_SECRET},{NEW_SECRET}",
        ARGOSY_PAYMENTS_READ_SECONDS="0.4",
    )
    with made.app_context():
        yield made


@pytest.fixture
def saga(app: Flask) -> Leader:
    """The saga of one order."""
    return Leader(app)


@pytest.fixture
def books(provider: PaymentSimulator) -> Books:
    """What the database and the provider's journal say about money."""
    return Books(provider)
