"""Fixtures of the tests that need services without business."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from uuid import uuid4

import pytest
from flask import Flask

from libs.db.base import db
from libs.db.migrate import PLATFORM, apply
from libs.db.settings import database_url
from libs.service import create_context_app
from libs.testing.servers.postgres import Databases

PlatformApp = Callable[[str], Flask]


@pytest.fixture(scope="session")
def platform_template(postgres_server: Databases) -> Iterator[str]:
    """The name of a database that has the platform's tables and no others."""
    name = f"argosy_test_platform_{uuid4().hex}"
    with ExitStack() as stack:
        stack.callback(postgres_server.drop_database, name)
        url = postgres_server.create_database(name)
        apply(database_url("toys", _environ("toys", url)), [PLATFORM])
        yield name


@pytest.fixture
def platform_app(postgres_server: Databases, platform_template: str) -> Iterator[PlatformApp]:
    """`platform_app("toys")` is the context of a new service of that name on its own database."""
    with _apps(postgres_server, platform_template) as make:
        yield make


@pytest.fixture(scope="module")
def module_platform_app(
    postgres_server: Databases, platform_template: str
) -> Iterator[PlatformApp]:
    """As `platform_app`, for services that all tests of a module share."""
    with _apps(postgres_server, platform_template) as make:
        yield make


@contextmanager
def _apps(server: Databases, template: str) -> Iterator[PlatformApp]:
    with ExitStack() as stack:

        def make(service: str) -> Flask:
            name = f"argosy_test_{service}_{uuid4().hex}"
            stack.callback(server.drop_database, name)
            app = create_context_app(
                service, _environ(service, server.create_database(name, template))
            )
            stack.callback(_close, app)
            return app

        yield make


def _environ(service: str, url: str) -> dict[str, str]:
    return {f"ARGOSY_{service.upper()}_DATABASE_URL": url}


def _close(app: Flask) -> None:
    with app.app_context():
        db.engine.dispose()
