"""Brings a database to the schema its code needs: the platform's tables, then the service's.

Migrations are expand first and contract later, so a database may be ahead of a process (`>=`).
"""

import logging
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.runtime.environment import EnvironmentContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine, text
from sqlalchemy.pool import NullPool

ROOT = Path(__file__).resolve().parents[2]
_LOCK = 7_261_001
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Line:
    """One history of revisions 0001, 0002 ... and the table that remembers how far it has come."""

    folder: Path
    version_table: str

    def script(self) -> ScriptDirectory:
        """The revisions on disk."""
        return ScriptDirectory(str(self.folder.parent), version_locations=[str(self.folder)])

    def head(self) -> str:
        """The revision that this code needs."""
        return self.script().get_current_head() or ""

    def current(self, connection: Connection) -> str:
        """The revision that the database has."""
        options = {"version_table": self.version_table}
        return MigrationContext.configure(connection, opts=options).get_current_revision() or ""


PLATFORM = Line(ROOT / "libs" / "db" / "migrations", "platform_version")


def lines(service: str) -> tuple[Line, Line]:
    """The platform's line and the service's own."""
    return PLATFORM, Line(ROOT / "services" / service / "migrations", "schema_version")


def migrate(service: str, url: str) -> None:
    """Apply what is missing. Safe to start many times at once: one works, the others wait."""
    apply(url, lines(service))


def apply(url: str, histories: Iterable[Line]) -> None:
    """Bring the database to the heads of these lines, one after the other."""
    engine = create_engine(url, poolclass=NullPool, connect_args={"connect_timeout": 5})
    with engine.connect() as connection, _alone(connection):
        for line in histories:
            _upgrade(connection, line)
    engine.dispose()


def schema_is_current(engine: Engine, service: str) -> bool:
    """Whether the database has at least what this code needs."""
    with engine.connect() as connection:
        return all(line.current(connection) >= line.head() for line in lines(service))


@contextmanager
def _alone(connection: Connection) -> Iterator[None]:
    """A session lock, so that it outlives each migration's own transaction."""
    connection.execute(text("SET lock_timeout = '60s'"))
    connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": _LOCK})
    connection.execute(text("SET lock_timeout = '5s'"))
    connection.commit()
    try:
        yield
    finally:
        connection.rollback()
        connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": _LOCK})
        connection.commit()


def _upgrade(connection: Connection, line: Line) -> None:
    script = line.script()

    def steps(revision: Any, _context: Any) -> Any:
        return script._upgrade_revs("head", revision)  # what alembic's command does

    with EnvironmentContext(Config(), script, fn=steps) as environment:
        environment.configure(
            connection=connection,
            version_table=line.version_table,
            transaction_per_migration=True,
        )
        with environment.begin_transaction():
            environment.run_migrations()
    connection.commit()
    _log.info("schema %s is at %s", line.version_table, line.head())
