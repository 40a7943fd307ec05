"""The promotions app on a database of its own."""

from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient

from libs.testing.crowd import ROOMY
from libs.testing.service_fixtures import ServiceApp
from libs.testing.tokens import Issuer
from services.promotions.tests.desk import Desk


@pytest.fixture
def app(service_app: ServiceApp) -> Iterator[Flask]:
    """The service, with its context pushed."""
    made = service_app("promotions", **ROOMY)
    with made.app_context():
        yield made


@pytest.fixture
def desk(client: FlaskClient, issuer: Issuer) -> Desk:
    """An administrator of promotions."""
    return Desk(client, issuer.admin())
