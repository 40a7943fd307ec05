"""The cms app on a database of its own."""

from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient

from libs.testing.crowd import ROOMY
from libs.testing.service_fixtures import ServiceApp
from libs.testing.tokens import Issuer
from services.cms.tests.editor import Editor


@pytest.fixture
def app(service_app: ServiceApp) -> Iterator[Flask]:
    """The service, with its context pushed."""
    made = service_app("cms", **ROOMY)
    with made.app_context():
        yield made


@pytest.fixture
def editor(client: FlaskClient, issuer: Issuer) -> Editor:
    """An administrator who writes."""
    return Editor(client, issuer.admin())
