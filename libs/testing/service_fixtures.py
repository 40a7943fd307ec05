"""Fixtures that give a test one service: its migrated database, and its web app on it."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import cache
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient

from libs.db.base import db
from libs.db.migrate import migrate
from libs.db.settings import database_url as sqlalchemy_url
from libs.http.app import create_service_app
from libs.runtime import registry
from libs.runtime.keys import CALLERS
from libs.testing.servers.postgres import Databases
from libs.testing.tokens import Issuer

ServiceDatabase = Callable[[str], dict[str, str]]
ServiceApp = Callable[..., Flask]


@pytest.fixture(scope="session")
def issuer(tmp_path_factory: pytest.TempPathFactory) -> Issuer:
    """Who signs the tokens that the apps of `service_app` trust."""
    made = Issuer(tmp_path_factory.mktemp("keys"))
    for caller in CALLERS:
        made.service_key(caller)
    return made


@pytest.fixture(scope="session")
def service_template(postgres_server: Databases) -> Iterator[Callable[[str], str]]:
    """The name of a service's migrated database, which nobody may connect to; one per run."""
    with ExitStack() as stack:

        @cache
        def template(service: str) -> str:
            name = f"argosy_test_{service}_{uuid4().hex}"
            stack.callback(postgres_server.drop_database, name)
            url = postgres_server.create_database(name)
            migrate(service, sqlalchemy_url(service, _environ(service, url)))
            return name

        yield template


@pytest.fixture
def service_database(
    postgres_server: Databases, service_template: Callable[[str], str]
) -> Iterator[ServiceDatabase]:
    """`service_database("orders")` is the environment with a migrated database for this test.

    The same service asked for twice in one test has the same database.
    """
    with ExitStack() as stack:

        @cache
        def database(service: str) -> dict[str, str]:
            template = service_template(service)
            name = f"argosy_test_{service}_{uuid4().hex}"
            stack.callback(postgres_server.drop_database, name)
            return _environ(service, postgres_server.create_database(name, template))

        yield database


@pytest.fixture
def service_app(service_database: ServiceDatabase, issuer: Issuer) -> Iterator[ServiceApp]:
    """`service_app("orders", ARGOSY_X="1")` is the service's Flask app on a database of its own."""
    with ExitStack() as stack:

        def app(service: str, **environ: str) -> Flask:
            settings = service_database(service) | issuer.environ | environ
            made = create_service_app(registry.web_entry(service), settings)
            stack.callback(_close, made)
            return made

        yield app


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A caller over HTTP; `app` is whatever the folder's tests are about."""
    return app.test_client()


@pytest.fixture
def admin(issuer: Issuer) -> dict[str, str]:
    """The headers of an administrator."""
    return issuer.admin()


def _environ(service: str, url: str) -> dict[str, str]:
    return {f"ARGOSY_{service.upper()}_DATABASE_URL": url}


def _close(app: Flask) -> None:
    with app.app_context():
        db.engine.dispose()
