"""The reviews app on a database of its own."""

from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient

from libs.testing.crowd import ROOMY
from libs.testing.service_fixtures import ServiceApp
from libs.testing.tokens import Issuer
from services.reviews.tests.people import Caller, People


@pytest.fixture
def app(service_app: ServiceApp) -> Iterator[Flask]:
    """The service, with its context pushed."""
    made = service_app("reviews", ARGOSY_RATE_LIMIT_REVIEW="off", **ROOMY)
    with made.app_context():
        yield made


@pytest.fixture
def people(app: Flask, issuer: Issuer) -> People:
    """Customers, as many as a test needs."""
    return People(app, issuer)


@pytest.fixture(params=["admin", "moderator"])
def moderator(people: People, request: pytest.FixtureRequest) -> Caller:
    """Somebody who may decide."""
    return people.somebody(request.param)


@pytest.fixture
def ada(people: People) -> Caller:
    """A customer who has bought nothing yet."""
    return people.somebody()


@pytest.fixture
def anybody(client: FlaskClient) -> Caller:
    """A visitor without a token."""
    return Caller(client, None, {})
