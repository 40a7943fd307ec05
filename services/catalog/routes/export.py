"""The whole catalog as a file, written while it is read."""

import csv
import io
from collections.abc import Iterable, Iterator
from typing import Any
from uuid import UUID

import marshmallow as ma
import msgspec
from flask import Response, stream_with_context

from libs.db.transaction import reading
from libs.http.blueprint import Blueprint
from libs.http.fields import Schema, Text
from libs.http.operation import access
from services.catalog.queries.export import export_batch
from services.catalog.rules.csv_cells import neutral
from services.catalog.rules.import_row import COLUMNS

_TYPES = {"csv": "text/csv; charset=utf-8", "ndjson": "application/x-ndjson"}

export = Blueprint(
    "export", __name__, url_prefix="/api/v1/products/export", description="All products in a file."
)


class ExportArgs(Schema):
    """The form of the file, which an import takes back."""

    format = Text(validate=ma.validate.OneOf(list(_TYPES)), load_default="csv")


@export.get("")
@access(roles=("admin",))
@export.arguments(ExportArgs, location="query")
@export.response(200, {"type": "string"}, content_type="text/csv")
def export_products(args: dict[str, Any]) -> Response:
    """All products that are not deleted, one row for each variant and currency.

    CSV cells that a spreadsheet would take for a formula begin with an apostrophe, which an import
    takes away again.
    """
    write = _csv if args["format"] == "csv" else _ndjson
    headers = {"Content-Disposition": f'attachment; filename="products.{args["format"]}"'}
    return Response(
        stream_with_context(write(_batches())),
        content_type=_TYPES[args["format"]],
        headers=headers,
    )


def _batches() -> Iterator[list[dict[str, str]]]:
    """A connection is held only while a batch is read, however slowly the file is fetched."""
    place: UUID | None = None
    while True:
        with reading() as session:
            rows, place = export_batch(session, place)
        if place is None:
            return
        yield rows


def _csv(batches: Iterable[list[dict[str, str]]]) -> Iterator[bytes]:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for rows in batches:
        writer.writerows([neutral(cell) for cell in row.values()] for row in rows)
        yield _taken(text)
    yield _taken(text)


def _ndjson(batches: Iterable[list[dict[str, str]]]) -> Iterator[bytes]:
    for rows in batches:
        yield b"".join(msgspec.json.encode(row) + b"\n" for row in rows)


def _taken(text: io.StringIO) -> bytes:
    data = text.getvalue().encode()
    text.seek(0)
    text.truncate()
    return data
