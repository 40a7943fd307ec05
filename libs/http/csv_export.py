"""Tables as CSV files (RFC 4180, UTF-8), streamed, and harmless in a spreadsheet."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import Any

from flask import Response, stream_with_context

# What a spreadsheet takes for the beginning of a formula, also behind white space.
_FORMULA = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")
_CONTROLS = ("\t", "\r", "\n")


def csv_response(
    name: str, header: Sequence[str], parts: Iterator[Iterable[Sequence[Any]]]
) -> Response:
    """A download of that name; the first part is fetched before anything is answered, so that a
    fault can still be told."""
    first = next(parts, ())
    lines = _lines(header, first, parts)
    response = Response(
        stream_with_context(lines), content_type="text/csv; charset=utf-8; header=present"
    )
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    response.headers["Cache-Control"] = "no-store"
    response.call_on_close(getattr(parts, "close", lambda: None))
    return response


def cell(value: Any) -> Any:
    """The value as it may stand in a file: a text that begins a formula gets an apostrophe."""
    if not isinstance(value, str):
        return value
    if value.startswith(_CONTROLS) or value.lstrip().startswith(_FORMULA):
        return f"'{value}"
    return value


def _lines(
    header: Sequence[str],
    first: Iterable[Sequence[Any]],
    others: Iterable[Iterable[Sequence[Any]]],
) -> Iterator[bytes]:
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer)
    writer.writerow(header)
    for part in chain((first,), others):
        writer.writerows([cell(value) for value in row] for row in part)
        yield buffer.getvalue().encode()
        buffer.seek(0)
        buffer.truncate()
