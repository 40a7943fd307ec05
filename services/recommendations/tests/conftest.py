"""The recommendations app on a database and a store of its own, and a shop that is visited."""

import socket
from collections.abc import Iterator

import pytest
from flask import Flask
from redis import Redis

from libs.testing.crowd import ROOMY
from libs.testing.service_fixtures import ServiceApp
from services.recommendations.tests.shop import Shop

PRODUCTS = 6


@pytest.fixture
def app(service_app: ServiceApp, redis_url: str) -> Iterator[Flask]:
    """The service with small baskets, its context pushed."""
    made = service_app(
        "recommendations",
        ARGOSY_RECOMMENDATIONS_REDIS_URL=redis_url,
        ARGOSY_RECOMMENDATIONS_BASKET_PRODUCTS=str(PRODUCTS),
        **ROOMY,
    )
    with made.app_context():
        yield made


@pytest.fixture
def shop(app: Flask) -> Shop:
    """What the test's shop sells, and who comes."""
    return Shop(app.test_client())


@pytest.fixture
def redis(redis_url: str) -> Iterator[Redis]:
    """The store as others see it."""
    with Redis.from_url(redis_url, socket_timeout=5) as client:
        yield client


@pytest.fixture
def silent_port() -> Iterator[int]:
    """A port of loopback that takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]
