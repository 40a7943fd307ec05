"""The inventory app on a database of its own, and stock to work with."""

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from libs.testing.service_fixtures import ServiceApp
from services.inventory.tests.shop import Shop

# Fifty buyers at once, who wait as long as it takes.
ROOMY = {
    "ARGOSY_DATABASE_POOL_SIZE": "60",
    "ARGOSY_DATABASE_LOCK_TIMEOUT": "20000",
    "ARGOSY_DATABASE_STATEMENT_TIMEOUT": "30000",
}


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


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A caller over HTTP."""
    return app.test_client()


@pytest.fixture
def admin(issuer: Any) -> dict[str, str]:
    """The headers of the stock keeper."""
    headers: dict[str, str] = issuer.admin()
    return headers
