"""The notifications app on a database of its own."""

from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient

from libs.testing.service_fixtures import ServiceApp
from libs.testing.tokens import Issuer


@pytest.fixture
def app(service_app: ServiceApp) -> Iterator[Flask]:
    """The service without an SMTP server, with its context pushed."""
    made = service_app("notifications")
    with made.app_context():
        yield made


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A caller over HTTP."""
    return app.test_client()


@pytest.fixture
def admin(issuer: Issuer) -> dict[str, str]:
    """The headers of an administrator."""
    return issuer.admin()
