"""Entity-relationship diagrams, one page for each service, drawn from its models."""

import importlib
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import Column, MetaData, Table, UniqueConstraint
from sqlalchemy.dialects.postgresql.base import PGDialect

from libs.runtime import registry

# SQLAlchemy leaves its constructor untyped.
_DIALECT = PGDialect()  # type: ignore[no-untyped-call]
_PAGE = """# Tables of {service}

Written by `make docs` from `services/{service}/models`. Beside these, every database has the
platform's own tables (outbox, inbox, idempotency keys, dead letters): `libs/db/migrations`.

```mermaid
erDiagram
{diagram}```
"""
_INDEX = """# Tables

One database for each service; nothing refers from one to another. Written by `make docs`.

{links}"""


def metadata_of(service: str) -> MetaData:
    """The tables of the service's models, which lie in `models.py` or in `models/tables.py`."""
    is_package = Path(registry.SERVICES, service, "models").is_dir()
    module = f"services.{service}.models" + (".tables" if is_package else "")
    found: MetaData = importlib.import_module(module).Base.metadata
    return found


def pages() -> Iterator[tuple[str, str]]:
    """Each page by its place under docs/."""
    names = registry.discover()
    yield "erd/README.md", _INDEX.format(links="".join(f"- [{n}]({n}.md)\n" for n in names))
    for name in names:
        yield f"erd/{name}.md", _PAGE.format(service=name, diagram=diagram(metadata_of(name)))


def diagram(metadata: MetaData) -> str:
    """Tables with columns and keys, then who refers to whom."""
    tables = sorted(metadata.tables.values(), key=lambda table: table.name)
    lines = [line for table in tables for line in _entity(table)]
    lines += [line for table in tables for line in _relations(table)]
    return "".join(f"    {line}\n" for line in lines)


def _entity(table: Table) -> Iterator[str]:
    yield f"{table.name} {{"
    for column in table.columns:
        yield f"    {_type(column)} {column.name}{_keys(table, column)}"
    yield "}"


def _type(column: "Column[object]") -> str:
    """One word, as Mermaid wants it."""
    words = str(column.type.compile(dialect=_DIALECT)).lower().split("(")[0].split()
    return "-".join(words).replace("[]", "-array")


def _keys(table: Table, column: "Column[object]") -> str:
    unique = {
        one.columns[0].name
        for one in table.constraints
        if isinstance(one, UniqueConstraint) and len(one.columns) == 1
    }
    keys = ["PK"] * column.primary_key + ["FK"] * bool(column.foreign_keys)
    keys += ["UK"] * (column.name in unique)
    note = ' "may be null"' if column.nullable else ""
    return f" {', '.join(keys)}{note}" if keys else note


def _relations(table: Table) -> Iterator[str]:
    for column in table.columns:
        for key in sorted(column.foreign_keys, key=lambda one: one.target_fullname):
            many = "o|" if column.primary_key and len(table.primary_key.columns) == 1 else "o{"
            one = "|o" if column.nullable else "||"
            yield f"{key.column.table.name} {one}--{many} {table.name} : {column.name}"
