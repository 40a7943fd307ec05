"""How far imports have come, and what was wrong with their rows."""

from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from libs.db.page import Key, Page, fetch_page
from services.catalog.errors import ImportNotFound
from services.catalog.models.tables import Import, RowError


def get_import(session: Session, import_id: UUID) -> Import:
    """The import with its counts."""
    found = session.get(Import, import_id)
    if found is None:
        raise ImportNotFound("there is no such import")
    return found


def list_imports(session: Session, *, cursor: str | None, limit: int) -> Page[Import]:
    """All imports, the newest first."""
    return fetch_page(session, select(Import), [Key(Import.id, "desc")], cursor, limit)


def list_errors(
    session: Session, import_id: UUID, *, cursor: str | None, limit: int
) -> Page[RowError]:
    """What was wrong, by row and column."""
    get_import(session, import_id)
    statement = select(RowError).where(RowError.import_id == import_id)
    return fetch_page(session, statement, [Key(RowError.row), Key(RowError.column)], cursor, limit)


def longest_rest(session: Session) -> float:
    """Seconds since the unfinished import that rests longest moved on."""
    age = func.extract("epoch", func.now() - func.min(Import.updated_at))
    return float(session.scalar(select(age).where(Import.state != "done")) or 0)
