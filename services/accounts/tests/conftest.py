"""The accounts app on a database and keys of its own, and people who use it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from libs import clock
from libs.runtime.keys import KeyFiles, make_keys
from libs.testing.crowd import ROOMY
from libs.testing.service_fixtures import ServiceApp
from services.accounts.tests.people import Person


@pytest.fixture(scope="session")
def key_files(tmp_path_factory: pytest.TempPathFactory) -> KeyFiles:
    """The keys that the service signs with."""
    return make_keys(tmp_path_factory.mktemp("accounts-keys"))


@pytest.fixture
def environ(key_files: KeyFiles) -> dict[str, str]:
    """What the service is told, beside its database."""
    return {
        "ARGOSY_ACCOUNTS_KEYS_DIR": str(key_files.accounts),
        "ARGOSY_JWKS_URL": Path(key_files.accounts_jwks).as_uri(),
        **ROOMY,
    }


@pytest.fixture
def app(service_app: ServiceApp, environ: dict[str, str]) -> Iterator[Flask]:
    """The service, with its context pushed."""
    made = service_app("accounts", **environ)
    with made.app_context():
        yield made


@pytest.fixture
def ann(client: FlaskClient) -> Person:
    """A registered customer, signed in."""
    return Person(client, "ann@example.com").register().log_in()


@pytest.fixture
def bob(client: FlaskClient) -> Person:
    """Another one."""
    return Person(client, "bob@example.com").register().log_in()


@pytest.fixture
def admin(client: FlaskClient) -> Person:
    """An administrator, signed in."""
    return Person(client, "root@example.com").register().promote().log_in()


@pytest.fixture
def still(monkeypatch: pytest.MonkeyPatch) -> None:
    """Time stands still, so that no minute of a rate limit ends during the test."""
    moment = clock.now()
    monkeypatch.setattr(clock, "now", lambda: moment)
