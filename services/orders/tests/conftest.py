"""The orders app and the real carts, each on a database of its own, and buyers."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from libs.http import local
from libs.ids import uuid7
from libs.runtime.keys import make_keys
from libs.testing.service_fixtures import ServiceApp
from libs.testing.tokens import Issuer
from services.orders.tests.shop import Buyer, Shop

# Many at once, who wait as long as it takes.
ROOMY = {
    "ARGOSY_DATABASE_POOL_SIZE": "40",
    "ARGOSY_DATABASE_LOCK_TIMEOUT": "20000",
    "ARGOSY_DATABASE_STATEMENT_TIMEOUT": "30000",
    "ARGOSY_RATE_LIMIT_CHECKOUT": "off",
}


@pytest.fixture
def carts(service_app: ServiceApp, tmp_path: Path) -> Flask:
    """The carts service, which orders reaches without leaving the process."""
    keys = make_keys(tmp_path)
    made = service_app("carts", ARGOSY_SERVICE_JWKS=str(keys.service_jwks), **ROOMY)
    local.host("carts", made)
    return made


@pytest.fixture
def app(service_app: ServiceApp, carts: Flask, tmp_path: Path) -> Iterator[Flask]:
    """The service, with its context pushed."""
    made = service_app(
        "orders",
        ARGOSY_ORDERS_CARTS_URL="local:carts",
        ARGOSY_ORDERS_SERVICE_KEY=str(make_keys(tmp_path).service("orders")),
        ARGOSY_ORDERS_STREAM_SECONDS="2",
        **ROOMY,
    )
    with made.app_context():
        yield made


@pytest.fixture
def shop(app: Flask, carts: Flask) -> Shop:
    """A shop that sells a mug and a cup."""
    made = Shop(app, carts)
    made.sells("MUG", price=1000)
    made.sells("CUP", price=333)
    return made


@pytest.fixture
def guest(shop: Shop) -> Buyer:
    """A buyer without an account."""
    return Buyer(shop)


@pytest.fixture
def user(shop: Shop, issuer: Issuer) -> Buyer:
    """A buyer with an account."""
    return Buyer(shop, issuer.user(uuid7()))


@pytest.fixture
def admin(shop: Shop, issuer: Issuer) -> Buyer:
    """An administrator."""
    return Buyer(shop, issuer.admin())
