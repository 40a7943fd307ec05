"""The notifications app on a database of its own."""

from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient

from libs.testing.service_fixtures import ServiceApp
from services.notifications.tests.merchant import Merchant, merchant


@pytest.fixture
def app(service_app: ServiceApp) -> Iterator[Flask]:
    """The service without providers, which may send webhooks to loopback, its context pushed."""
    made = service_app("notifications", ARGOSY_NOTIFICATIONS_WEBHOOK_PRIVATE_HOSTS="127.0.0.1")
    with made.app_context():
        yield made


@pytest.fixture
def shop(client: FlaskClient, admin: dict[str, str]) -> Iterator[Merchant]:
    """A merchant with a server, who has not joined yet."""
    with merchant(client, admin) as running:
        yield running
