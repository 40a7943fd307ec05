"""The catalog app on a database of its own, and a shop to fill."""

from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient

from libs.testing.service_fixtures import ServiceApp
from libs.testing.tokens import Issuer
from services.catalog.tests.shop import Shop


@pytest.fixture
def app(service_app: ServiceApp) -> Iterator[Flask]:
    """The service, with its context pushed."""
    made = service_app("catalog")
    with made.app_context():
        yield made


@pytest.fixture
def shop(app: Flask) -> Shop:
    """An empty catalog."""
    return Shop()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A caller over HTTP."""
    return app.test_client()


@pytest.fixture
def admin(issuer: Issuer) -> dict[str, str]:
    """The headers of an administrator."""
    return issuer.admin()
