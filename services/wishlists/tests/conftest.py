"""The wishlists app on a database of its own, and a shop whose articles are wished for."""

from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient

from libs.testing.crowd import ROOMY
from libs.testing.service_fixtures import ServiceApp
from libs.testing.tokens import Issuer
from services.wishlists.tests.shop import Shop, Wisher

LISTS, ITEMS = 3, 5


@pytest.fixture
def app(service_app: ServiceApp) -> Iterator[Flask]:
    """The service with tight limits, its context pushed."""
    made = service_app(
        "wishlists",
        ARGOSY_WISHLISTS_MAX_LISTS=str(LISTS),
        ARGOSY_WISHLISTS_MAX_ITEMS=str(ITEMS),
        **ROOMY,
    )
    with made.app_context():
        yield made


@pytest.fixture
def shop(app: Flask) -> Shop:
    """What the test's shop sells."""
    return Shop()


@pytest.fixture
def ada(client: FlaskClient, issuer: Issuer) -> Wisher:
    """A customer."""
    return Wisher(client, issuer)


@pytest.fixture
def eve(client: FlaskClient, issuer: Issuer) -> Wisher:
    """Another customer."""
    return Wisher(client, issuer)
