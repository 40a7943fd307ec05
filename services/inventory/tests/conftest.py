"""The inventory app on a database of its own, and stock to work with."""

from collections.abc import Iterator

import pytest
from flask import Flask

from libs.testing.crowd import ROOMY
from libs.testing.service_fixtures import ServiceApp
from services.inventory.tests.shop import Shop


@pytest.fixture
def app(service_app: ServiceApp) -> Iterator[Flask]:
    """The service, with its context pushed."""
    made = service_app("inventory", **ROOMY)
    with made.app_context():
        yield made


@pytest.fixture
def shop(app: Flask) -> Shop:
    """Products and stock of the test's shop."""
    return Shop()
