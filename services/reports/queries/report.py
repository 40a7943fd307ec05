"""A report: rows that a statement works out, as pages for programs or as a stream for files."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import msgspec
from sqlalchemy import (
    ARRAY,
    BigInteger,
    BindParameter,
    Date,
    DateTime,
    Double,
    Select,
    Text,
    Uuid,
    bindparam,
    cast,
    column,
    func,
    literal_column,
    select,
    text,
)
from sqlalchemy.orm import Session
from sqlalchemy.types import TypeEngine

from libs.db.page import Key, Page, fetch_page
from libs.db.stream import stream_rows
from services.reports.rules import Range

_TYPES: dict[type, TypeEngine[Any]] = {
    int: BigInteger(),
    float: Double(),
    str: Text(),
    date: Date(),
    datetime: DateTime(timezone=True),
}
_PARAMETERS: dict[str, TypeEngine[Any]] = {
    "starts": ARRAY(DateTime(timezone=True)),
    "days": ARRAY(Date()),
}


@dataclass(frozen=True)
class ReportPage(Page[Any]):
    """A page, and the days that it is about."""

    range: Range


@dataclass(frozen=True)
class Report:
    """What is asked of the projections, and the order of its rows.

    Parameters of the statement: `start`, `end` (moments), `currency` (NULL for all), and what the
    report needs besides. No key may be NULL.
    """

    name: str
    row: type[msgspec.Struct]
    sql: str
    keys: tuple[str, ...]

    @property
    def columns(self) -> tuple[str, ...]:
        """What the rows have."""
        return tuple(self.row.__struct_fields__)

    def page(
        self, session: Session, span: Range, values: Mapping[str, Any], cursor: Any, limit: int
    ) -> ReportPage:
        """Some rows in the order of the keys."""
        report = self._rows(span, values).subquery("report")
        whole = select(cast(func.to_jsonb(literal_column("report")), Text)).select_from(report)
        keys = [Key(report.c[name]) for name in self.keys]
        page = fetch_page(session, whole, keys, cursor, limit)
        rows = [msgspec.json.decode(item, type=self.row, strict=False) for item in page.items]
        return ReportPage(items=rows, next=page.next, prev=page.prev, range=span)

    def stream(
        self, session: Session, span: Range, values: Mapping[str, Any]
    ) -> Iterator[Sequence[Any]]:
        """All rows in the order of the keys, as of one moment."""
        report = self._rows(span, values).subquery("report")
        ordered: Select[Any] = select(*(report.c[name] for name in self.columns))
        ordered = ordered.order_by(*(report.c[name] for name in self.keys))
        for part in stream_rows(session, ordered):
            yield [self.row(*row) for row in part]

    def _rows(self, span: Range, values: Mapping[str, Any]) -> Any:
        given = {"start": span.start, "end": span.end, **values}
        binds: list[BindParameter[Any]] = [
            bindparam(name, value, type_=_PARAMETERS.get(name))
            for name, value in given.items()
            if f":{name}" in self.sql
        ]
        fields = msgspec.structs.fields(self.row)
        columns = [column(field.name, _column_type(field.type)) for field in fields]
        return text(self.sql).bindparams(*binds).columns(*columns)


def _column_type(kind: Any) -> TypeEngine[Any]:
    real = next(one for one in getattr(kind, "__args__", (kind,)) if one is not type(None))
    return _TYPES.get(real, Uuid())
