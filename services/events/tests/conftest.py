"""The events app on a database of its own, and visitors of a shop."""

from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient

from libs.testing.crowd import ROOMY
from libs.testing.service_fixtures import ServiceApp
from libs.testing.tokens import Issuer
from services.events.tests.visitor import Visitor

DAYS = 30
BATCHES = 20


@pytest.fixture
def app(service_app: ServiceApp) -> Iterator[Flask]:
    """The service with few days and a tight rate, its context pushed."""
    made = service_app(
        "events",
        ARGOSY_EVENTS_RETENTION_DAYS=str(DAYS),
        ARGOSY_RATE_LIMIT_EVENTS=f"{BATCHES}/minute",
        **ROOMY,
    )
    with made.app_context():
        yield made


@pytest.fixture
def guest(client: FlaskClient) -> Visitor:
    """Somebody who is not signed in."""
    return Visitor(client)


@pytest.fixture
def ada(client: FlaskClient, issuer: Issuer) -> Visitor:
    """A customer."""
    return Visitor(client, issuer)
