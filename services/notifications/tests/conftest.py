"""The notifications app on a database of its own."""

from collections.abc import Iterator

import pytest
from flask import Flask

from libs.testing.service_fixtures import ServiceApp


@pytest.fixture
def app(service_app: ServiceApp) -> Iterator[Flask]:
    """The service without an SMTP server, with its context pushed."""
    made = service_app("notifications")
    with made.app_context():
        yield made
