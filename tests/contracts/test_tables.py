"""Every service's migrations make exactly the tables that its models describe."""

import importlib
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import MetaData, create_engine, text
from sqlalchemy.pool import NullPool

from libs.db.settings import database_url
from libs.runtime import registry
from libs.testing.service_fixtures import ServiceDatabase


@pytest.mark.parametrize("service", registry.discover())
def test_the_migrated_database_equals_the_models(service: str, service_database: ServiceDatabase):
    url = database_url(service, service_database(service))

    assert differences(url, metadata_of(service)) == []


def test_a_column_that_no_model_knows_is_reported(service_database: ServiceDatabase):
    url = database_url("catalog", service_database("catalog"))
    engine = create_engine(url, poolclass=NullPool)
    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE brand ADD COLUMN forgotten text"))

    [(kind, _, table, column)] = differences(url, metadata_of("catalog"))

    assert (kind, table, column.name) == ("remove_column", "brand", "forgotten")


def metadata_of(service: str) -> MetaData:
    """The tables of the service's models, which lie in `models.py` or in `models/tables.py`."""
    is_package = Path(registry.SERVICES, service, "models").is_dir()
    module = f"services.{service}.models" + (".tables" if is_package else "")
    found: MetaData = importlib.import_module(module).Base.metadata
    return found


def differences(url: str, metadata: MetaData) -> list[tuple[Any, ...]]:
    """What a migration would still have to do, the platform's own tables left aside."""

    def is_ours(name: str | None, kind: str, _: object) -> bool:
        return kind != "table" or name in metadata.tables

    with create_engine(url, poolclass=NullPool).connect() as connection:
        context = MigrationContext.configure(connection, opts={"include_name": is_ours})
        found: list[tuple[Any, ...]] = compare_metadata(context, metadata)
    return found
