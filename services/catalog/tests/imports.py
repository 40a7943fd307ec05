"""Gives files to a test's catalog, and works them as the jobs pool does."""

import json
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from libs.contracts.catalog import WorkImports
from libs.db.transaction import reading, transaction
from services.catalog import tasks
from services.catalog.commands import imports
from services.catalog.models.tables import Import
from services.catalog.queries.imports import get_import, list_errors
from services.catalog.rules.import_file import Format, records
from services.catalog.tests.shop import ACTOR

HEADER = "sku,name,price,currency"


def csv(*rows: str, header: str = HEADER) -> bytes:
    """A file of that header."""
    return "\n".join((header, *rows)).encode()


def accept(data: bytes, file_format: Format = "csv") -> UUID:
    """The file is taken in, and nothing worked yet."""
    with transaction() as session:
        lines = data.splitlines(keepends=True)
        return imports.accept_import(session, records(lines, file_format), file_format, ACTOR).id


def work(import_id: UUID) -> None:
    """Run the job."""
    tasks.work_imports(WorkImports(import_id=import_id))


def run(data: bytes, file_format: Format = "csv") -> Import:
    """Take in, work, and say how it went."""
    import_id = accept(data, file_format)
    work(import_id)
    return state(import_id)


def state(import_id: UUID) -> Import:
    """How far it has come."""
    with reading() as session:
        return get_import(session, import_id)


def counts(done: Import) -> dict[str, int]:
    """What is not 0 of rows, created, updated, unchanged, failed."""
    names = ("rows", "created", "updated", "unchanged", "failed")
    return {name: getattr(done, name) for name in names if getattr(done, name)}


def errors(done: Import) -> Sequence[tuple[int, str, str]]:
    """All that was wrong: row, column, reason."""
    with reading() as session:
        page = list_errors(session, done.id, cursor=None, limit=100)
    return [(error.row, error.column, error.reason) for error in page.items]


def json_lines(*rows: dict[str, Any] | str) -> bytes:
    """A file of one JSON object a line; text goes in as it is."""
    return "\n".join(row if isinstance(row, str) else json.dumps(row) for row in rows).encode()
