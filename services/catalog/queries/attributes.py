"""Attribute definitions, listed, single, and for the codes that somebody uses."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from libs.db.page import Key, Page, fetch_page
from libs.db.statement import Statement
from services.catalog.errors import AttributeNotFound
from services.catalog.models.tables import Attribute
from services.catalog.rules.attributes import Definition

_COLUMNS = "code, name, type, unit, choices, filterable"
_of = Statement(
    f"SELECT {_COLUMNS} FROM unnest($1::text[]) wanted (code) JOIN attribute USING (code)"  # noqa: S608  # constants
)
_filterable = Statement(f"SELECT {_COLUMNS} FROM attribute WHERE filterable ORDER BY code")  # noqa: S608  # constants


def list_attributes(session: Session, *, cursor: str | None, limit: int) -> Page[Attribute]:
    """All definitions by code."""
    return fetch_page(session, select(Attribute), [Key(Attribute.code)], cursor, limit)


def get_attribute(session: Session, code: str) -> Attribute:
    """The definition."""
    found = session.scalars(select(Attribute).where(Attribute.code == code)).one_or_none()
    if found is None:
        raise AttributeNotFound("there is no such attribute")
    return found


def definitions_of(session: Session, codes: Iterable[str]) -> dict[str, Definition]:
    """What these codes mean, as far as they are known."""
    return _by_code(_of.rows(session, sorted(set(codes))))


def filterable(session: Session) -> dict[str, Definition]:
    """What lists can be filtered by, by code."""
    return _by_code(_filterable.rows(session))


def _by_code(rows: Iterable[tuple[Any, ...]]) -> dict[str, Definition]:
    return {
        code: Definition(code, name, kind, unit, tuple(choices), narrows)
        for code, name, kind, unit, choices, narrows in rows
    }
