"""The promotions app on a database of its own."""

from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient

from libs.testing.service_fixtures import ServiceApp
from libs.testing.tokens import Issuer
from services.promotions.tests.desk import Desk

# Fifty buyers at once, who wait as long as it takes.
ROOMY = {
    "ARGOSY_DATABASE_POOL_SIZE": "60",
    "ARGOSY_DATABASE_LOCK_TIMEOUT": "20000",
    "ARGOSY_DATABASE_STATEMENT_TIMEOUT": "30000",
}


@pytest.fixture
def app(service_app: ServiceApp) -> Iterator[Flask]:
    """The service, with its context pushed."""
    made = service_app("promotions", **ROOMY)
    with made.app_context():
        yield made


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A caller over HTTP."""
    return app.test_client()


@pytest.fixture
def desk(client: FlaskClient, issuer: Issuer) -> Desk:
    """An administrator of promotions."""
    return Desk(client, issuer.admin())
