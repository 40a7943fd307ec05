"""The sample service on a real database, and callers for it."""

from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest
from flask import Flask

from libs.db import migrate
from libs.db.base import db
from libs.db.settings import database_url
from libs.http.app import create_service_app
from libs.http.edge import Edge, create_edge
from libs.http.settings import HttpSettings
from libs.ids import uuid7
from libs.testing.servers.postgres import Databases
from libs.testing.tokens import Issuer
from tests.libs.http.sample import WEB

_MIGRATIONS = Path(__file__).with_name("migrations")
_PLATFORM = migrate.ROOT / "libs" / "db"


@pytest.fixture(scope="package")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A checkout whose only service is the sample."""
    root = tmp_path_factory.mktemp("checkout")
    for source, place in ((_MIGRATIONS.parent, "services/notes"), (_PLATFORM, "libs/db")):
        (root / place).parent.mkdir(parents=True, exist_ok=True)
        (root / place).symlink_to(source)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(migrate, "ROOT", root)
        yield root


@pytest.fixture(scope="package")
def notes_url(postgres_server: Databases, checkout: Path) -> Iterator[str]:
    """The sample service's database."""
    name = f"argosy_test_notes_{uuid7().hex}"
    url = postgres_server.create_database(name)
    migrate.migrate("notes", database_url("notes", {"ARGOSY_NOTES_DATABASE_URL": url}))
    yield url
    postgres_server.drop_database(name)


@pytest.fixture(scope="package")
def issuer(tmp_path_factory: pytest.TempPathFactory) -> Issuer:
    """Who signs tokens; the services that call have their keys before the first request."""
    made = Issuer(tmp_path_factory.mktemp("keys"))
    for service in ("orders", "catalog"):
        made.service_key(service)
    return made


@pytest.fixture(scope="package")
def environ(notes_url: str, issuer: Issuer) -> dict[str, str]:
    """The settings of the sample service."""
    return {"ARGOSY_NOTES_DATABASE_URL": notes_url, **issuer.environ}


@pytest.fixture(scope="package")
def app(environ: dict[str, str]) -> Iterator[Flask]:
    """The sample service."""
    made = create_service_app(WEB, environ)
    yield made
    with made.app_context():
        db.engine.dispose()


@pytest.fixture(scope="package")
def edge(app: Flask) -> Edge:
    """The port on which the sample service alone is served."""
    return create_edge({WEB: app}, HttpSettings())


@pytest.fixture
def alice() -> UUID:
    """A user."""
    return uuid7()
