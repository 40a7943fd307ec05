"""The catalog app on a database of its own, and a shop to fill."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg2.extensions
import pytest
from flask import Flask
from sqlalchemy import event, text

from libs.db.base import db
from libs.db.transaction import reading
from libs.testing import s3_server as s3
from libs.testing.service_fixtures import ServiceApp
from services.catalog.tests.shop import MUG, Shop
from services.catalog.tests.studio import Studio


@pytest.fixture
def app(service_app: ServiceApp) -> Iterator[Flask]:
    """The service, with its context pushed; it remembers no answers."""
    made = service_app("catalog", ARGOSY_CATALOG_CACHE_SECONDS="0")
    with made.app_context():
        yield made


@pytest.fixture
def shop(app: Flask) -> Shop:
    """An empty catalog."""
    return Shop()


@pytest.fixture
def statements(app: Flask) -> Iterator[list[str]]:
    """What the database is asked while the test runs."""
    seen: list[str] = []

    class Recorder(psycopg2.extensions.cursor):
        def execute(self, query: Any, *parameters: Any) -> None:
            if not str(query).startswith(("PREPARE", "SELECT 1")):
                seen.append(str(query))
            super().execute(query, *parameters)

    def record(connection: Any, *_: Any) -> None:
        connection.cursor_factory = Recorder

    event.listen(db.engine, "checkout", record)
    yield seen
    event.remove(db.engine, "checkout", record)


@pytest.fixture
def outbox_types(app: Flask) -> Callable[[], list[str]]:
    """The wire names of what waits to be sent, in order."""

    def types() -> list[str]:
        with reading() as session:
            return list(session.scalars(text("SELECT type FROM outbox ORDER BY id")))

    return types


@pytest.fixture
def mug(client: Any, admin: dict[str, str]) -> str:
    """The address of a product."""
    answer = client.post("/api/v1/products", json=MUG, headers=admin)
    location: str = answer.headers["Location"]
    return location


@pytest.fixture(scope="session")
def s3_server() -> Iterator[str]:
    """Where an S3 API answers."""
    with s3.running() as place:
        yield place


@pytest.fixture(params=["disk", "s3"])
def media_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A place for images, of each kind in turn."""
    if request.param == "disk":
        return f"file://{tmp_path}"
    return s3.media_url(request.getfixturevalue("s3_server"))


@pytest.fixture
def studio(client: Any, admin: dict[str, str], mug: str) -> Studio:
    """Makes images of a product."""
    return Studio(client, admin, mug)
