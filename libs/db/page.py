"""Keyset pages: steady while rows come and go, and as quick on page 1,000 as on the first."""

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, Literal, TypeVar

import msgspec
from sqlalchemy import ColumnElement, Select, and_, or_
from sqlalchemy.orm import InstrumentedAttribute, Session

from libs.errors import Invalid

T = TypeVar("T")
Direction = Literal["asc", "desc"]


class BadCursor(Invalid):
    """The cursor was not given out by this listing."""

    code = "bad_cursor"


@dataclass(frozen=True)
class Page(Generic[T]):
    """Some rows, and opaque cursors to the rows after and before them."""

    items: list[T]
    next: str | None
    prev: str | None


@dataclass(frozen=True)
class Key:
    """One column of the order; the last key of a listing must be unique, and none may be NULL."""

    column: "InstrumentedAttribute[Any] | ColumnElement[Any]"
    direction: Direction = "asc"


class _Cursor(msgspec.Struct, array_like=True):
    backwards: bool
    values: list[Any]


def fetch_page(
    session: Session, statement: Select[Any], keys: Sequence[Key], cursor: str | None, limit: int
) -> Page[Any]:
    """One page of a select of one entity, in the order of the keys."""
    place = _decode(cursor, len(keys)) if cursor else None
    backwards = bool(place and place.backwards)
    if place:
        statement = statement.where(_beyond(keys, _typed(keys, place.values), backwards=backwards))
    statement = statement.order_by(*(_ordered(key, backwards=backwards) for key in keys))
    wide = statement.add_columns(*(key.column for key in keys)).limit(limit + 1)
    rows = list(session.execute(wide).unique())
    more = len(rows) > limit
    rows = rows[:limit]
    if backwards:
        rows.reverse()
    has_next, has_prev = (True, more) if backwards else (more, place is not None)
    width = len(keys)
    return Page(
        items=[row[0] for row in rows],
        next=_encode(rows[-1][-width:], backwards=False) if rows and has_next else None,
        prev=_encode(rows[0][-width:], backwards=True) if rows and has_prev else None,
    )


def _ordered(key: Key, *, backwards: bool) -> ColumnElement[Any]:
    ascending = (key.direction == "asc") is not backwards
    return key.column.asc() if ascending else key.column.desc()


def _beyond(keys: Sequence[Key], values: Sequence[Any], *, backwards: bool) -> ColumnElement[bool]:
    """Rows that follow the place: a >= x and ((a > x) or (a = x and b > y) ...).

    The first condition adds nothing but a place where the index scan can start.
    """
    choices: list[ColumnElement[bool]] = []
    start: list[ColumnElement[bool]] = []
    for index, key in enumerate(keys):
        same = [keys[i].column == values[i] for i in range(index)]
        ascending = (key.direction == "asc") is not backwards
        after = key.column > values[index] if ascending else key.column < values[index]
        start = start or [key.column >= values[0] if ascending else key.column <= values[0]]
        choices.append(and_(*same, after))
    return and_(*start, or_(*choices))


def _typed(keys: Sequence[Key], values: Sequence[Any]) -> list[Any]:
    kinds = [key.column.type.python_type for key in keys]
    try:
        return [msgspec.convert(v, k, strict=False) for v, k in zip(values, kinds, strict=True)]
    except (msgspec.ValidationError, TypeError) as fault:
        raise BadCursor("the cursor is not one of this listing") from fault


def _encode(values: Sequence[Any], *, backwards: bool) -> str:
    data = msgspec.json.encode(_Cursor(backwards, list(values)), enc_hook=str)
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _decode(text: str, width: int) -> _Cursor:
    try:
        data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        cursor = msgspec.json.decode(data, type=_Cursor)
    except (ValueError, binascii.Error, msgspec.MsgspecError) as fault:
        raise BadCursor("the cursor is not one of this listing") from fault
    if len(cursor.values) != width:
        raise BadCursor("the cursor is not one of this listing")
    return cursor
