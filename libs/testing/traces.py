"""Searches a whole database for what should no longer be in it."""

from collections.abc import Sequence

from sqlalchemy import text
from sqlalchemy.orm import Session

_TABLES = text(
    """
    SELECT c.table_schema, c.table_name,
        array_agg(c.column_name::text) FILTER (WHERE c.data_type = 'bytea') AS raw
    FROM information_schema.columns AS c JOIN information_schema.tables AS t
        USING (table_schema, table_name)
    WHERE t.table_type = 'BASE TABLE' AND table_schema NOT IN ('pg_catalog', 'information_schema')
    GROUP BY 1, 2 ORDER BY 1, 2
    """
)


def find_traces(session: Session, words: Sequence[str]) -> list[str]:
    """The rows, in every table and any of its columns, that hold one of the words; case does not
    matter where a column is text."""
    found: list[str] = []
    for schema, table, raw in session.execute(_TABLES).all():
        query = _search(f'"{schema}"."{table}"', raw or [])
        for word in words:
            pattern = "%" + word.replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_") + "%"
            rows = session.execute(text(query), {"pattern": pattern, "word": word}).scalars()
            found += [f"{table}: {row}" for row in rows]
    return found


def _search(table: str, raw: Sequence[str]) -> str:
    in_bytes = "".join(
        f" OR position(convert_to(:word, 'UTF8') IN t.\"{column}\") > 0" for column in raw
    )
    return f"SELECT left(t::text, 300) FROM {table} AS t WHERE t::text ILIKE :pattern{in_bytes}"  # noqa: S608  # names from the catalog
