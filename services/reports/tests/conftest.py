"""The reports app on a database of its own, and a shop that tells it things."""

from collections.abc import Iterator

import pytest
from flask import Flask

from libs.testing.service_fixtures import ServiceApp
from services.reports.tests.shop import Desk, Shop


@pytest.fixture
def app(service_app: ServiceApp) -> Iterator[Flask]:
    """The service, with its context pushed."""
    made = service_app("reports")
    with made.app_context():
        yield made


@pytest.fixture
def shop(app: Flask) -> Shop:
    """What other services announce."""
    return Shop(app)


@pytest.fixture
def desk(app: Flask, admin: dict[str, str]) -> Desk:
    """An administrator who asks for reports."""
    return Desk(app.test_client(), admin)
