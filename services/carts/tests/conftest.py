"""The carts app on a database of its own, and a shop to fill carts from."""

from collections.abc import Iterator

import pytest
from flask import Flask

from libs.testing.service_fixtures import ServiceApp
from services.carts.tests.shop import Shop


@pytest.fixture
def app(service_app: ServiceApp) -> Iterator[Flask]:
    """The service, with its context pushed."""
    made = service_app("carts")
    with made.app_context():
        yield made


@pytest.fixture
def shop(app: Flask) -> Shop:
    """What the test's shop sells."""
    return Shop()
