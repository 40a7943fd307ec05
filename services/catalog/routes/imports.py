"""Imports over HTTP: the one place that takes large bodies."""

from collections.abc import Iterator
from contextlib import contextmanager
from tempfile import SpooledTemporaryFile
from typing import Any
from uuid import UUID

from flask import request

from libs import ids
from libs.db.page import Page
from libs.db.transaction import reading, transaction
from libs.http.auth import user_id
from libs.http.blueprint import Blueprint
from libs.http.operation import access
from libs.http.paging import PageArgs
from libs.http.problems import Problem
from libs.service import service_settings
from services.catalog.commands import imports as commands
from services.catalog.models.tables import Import, RowError
from services.catalog.queries import imports as queries
from services.catalog.rules.import_file import Format, records
from services.catalog.schemas.imports import ImportPageSchema, ImportSchema, RowErrorPageSchema
from services.catalog.settings import CatalogSettings

_FORMATS: dict[str, Format] = {"text/csv": "csv", "application/x-ndjson": "ndjson"}
_EXAMPLES = {
    "text/csv": "sku,name,price,currency\nCLO-10-85,Linen shirt,19.99,EUR\n",
    "application/x-ndjson": '{"sku":"CLO-10-85","name":"Linen shirt","price":"19.99",'
    '"currency":"EUR"}\n',
}
_PIECE = 256 * 1024
_IN_MEMORY = 4 * 1024 * 1024

imports = Blueprint(
    "imports", __name__, url_prefix="/api/v1/imports", description="Many products from a file."
)


@imports.post("")
@access(roles=("admin",))
@imports.doc(
    requestBody={
        "required": True,
        "content": {
            kind: {"schema": {"type": "string"}, "example": example}
            for kind, example in _EXAMPLES.items()
        },
    }
)
@imports.response(202, ImportSchema)
def start_import() -> tuple[Import, dict[str, str]]:
    """Take in a CSV or NDJSON file of products; its rows are worked in the background."""
    file_format = _format()
    with _upload() as lines, transaction() as session:
        accepted = commands.accept_import(
            session, records(lines, file_format), file_format, user_id()
        )
    return accepted, {"Location": f"/api/v1/imports/{ids.to_text('imp', accepted.id)}"}


@imports.get("")
@access(roles=("admin",))
@imports.arguments(PageArgs, location="query")
@imports.response(200, ImportPageSchema)
def list_imports(args: dict[str, Any]) -> Page[Import]:
    """All imports, the newest first."""
    with reading() as session:
        return queries.list_imports(session, **args)


@imports.get("/<id('imp'):import_id>")
@access(roles=("admin",))
@imports.response(200, ImportSchema)
def get_import(import_id: UUID) -> Import:
    """How far an import has come."""
    with reading() as session:
        return queries.get_import(session, import_id)


@imports.get("/<id('imp'):import_id>/errors")
@access(roles=("admin",))
@imports.arguments(PageArgs, location="query")
@imports.response(200, RowErrorPageSchema)
def list_import_errors(args: dict[str, Any], import_id: UUID) -> Page[RowError]:
    """What was wrong, by row and column."""
    with reading() as session:
        return queries.list_errors(session, import_id, **args)


def _format() -> Format:
    file_format = _FORMATS.get(request.mimetype)
    charset = request.mimetype_params.get("charset", "utf-8").lower()
    if file_format is None or charset != "utf-8" or "Content-Encoding" in request.headers:
        kinds = " or ".join(_FORMATS)
        raise Problem(415, "unsupported_media_type", f"The body must be {kinds}, plain and UTF-8.")
    return file_format


@contextmanager
def _upload() -> Iterator[Iterator[bytes]]:
    """The lines of the body, read whole before any transaction begins."""
    most = service_settings(CatalogSettings).import_bytes
    request.max_content_length = most + 1
    with SpooledTemporaryFile(max_size=_IN_MEMORY) as file:
        while piece := request.stream.read(_PIECE):
            file.write(piece)
            if file.tell() > most:
                detail = f"The file is larger than {most} bytes."
                raise Problem(413, "body_too_large", detail)
        file.seek(0)
        yield iter(file)
