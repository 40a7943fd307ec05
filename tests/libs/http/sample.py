"""A small service that uses every part of the HTTP kernel: notes that people keep."""

from typing import Any
from uuid import UUID

import marshmallow as ma
from sqlalchemy import Row, text
from sqlalchemy.orm import Session

from libs import ids
from libs.db.page import Page
from libs.db.transaction import reading, transaction
from libs.errors import Conflict, DomainError, Forbidden, Invalid, NotFound, Unavailable
from libs.http import etag, fields
from libs.http.app import WebService
from libs.http.auth import principal, user_id
from libs.http.blueprint import Blueprint
from libs.http.idempotency import once
from libs.http.kernel import kernel
from libs.http.operation import access, idempotent, limited
from libs.http.paging import PageArgs, page_schema
from libs.http.prefer import prefer_wait


class WriteNoteSchema(fields.Schema):
    """What a note is made of."""

    text = fields.Text(1, 200, required=True)
    quantity = fields.Quantity(load_default=1)
    price = fields.MoneyField()
    tags = ma.fields.List(fields.Text(1, 20), validate=ma.validate.Length(max=100))


class NoteSchema(fields.Schema):
    """A note as shown."""

    id = fields.Id("not")
    text = fields.Text()
    version = fields.Integer()
    price = fields.MoneyField()


class EchoSchema(fields.Schema):
    """One field of every strict kind."""

    number = fields.Integer()
    quantity = fields.Quantity()
    text = fields.Text(0, 50, strip=True)
    email = fields.Email()
    id = fields.Id("not")
    price = fields.MoneyField()
    at = fields.Timestamp()
    currency = fields.Currency()
    country = fields.CountryCode()
    free = ma.fields.Raw()


class WhoSchema(fields.Schema):
    """The caller, as the kernel sees it."""

    kind = fields.Text()
    service = fields.Text()
    wait = ma.fields.Float()


class Sold(Conflict):
    """The refusal of a service's own."""

    code = "notes.sold"


notes = Blueprint("notes", __name__, url_prefix="/api/v1/notes", description="Notes.")
internal = Blueprint("notes_internal", __name__, url_prefix="/internal/notes")

_REFUSALS: dict[str, Exception] = {
    "missing": NotFound("no such note"),
    "sold": Sold("the note is sold", left=0),
    "forbidden": Forbidden("not yours"),
    "invalid": Invalid("makes no sense"),
    "unavailable": Unavailable("the note store is down", retry_after=7),
    "plain": DomainError("refused"),
    "bug": RuntimeError("SELECT secret FROM passwords"),
}


_FIND = "SELECT *, NULL AS price FROM notes WHERE id = :id"
_CHANGE = text(
    "UPDATE notes SET text = :text, version = version + 1 WHERE id = :id RETURNING *, NULL AS price"
)


@notes.get("")
@access(public=True)
@notes.arguments(PageArgs, location="query")
@notes.response(200, page_schema(NoteSchema))
def list_notes(args: dict[str, Any]) -> Page[Any]:
    """All notes."""
    items = [{"text": f"note {number}"} for number in range(args["limit"])]
    return Page(items, next="more", prev=None)


@notes.post("")
@access(user=True)
@idempotent(required=True)
@notes.arguments(WriteNoteSchema)
@notes.response(201, NoteSchema)
def write_note(body: dict[str, Any]) -> Any:
    """Keep a note."""
    with transaction() as session:
        return once(
            session,
            lambda: _insert(session, body["text"]),
            schema=NoteSchema,
            location=lambda note: f"/api/v1/notes/{ids.to_text('not', note.id)}",
        )


@notes.get("/<id('not'):note_id>")
@access(guest=True)
@notes.response(200, NoteSchema)
def get_note(note_id: UUID) -> Any:
    """One note."""
    with reading() as session:
        note = _find(session, note_id)
    etag.check_if_none_match(note.version)
    return note


@notes.patch("/<id('not'):note_id>")
@access(user=True)
@notes.arguments(WriteNoteSchema)
@notes.response(200, NoteSchema)
def change_note(body: dict[str, Any], note_id: UUID) -> Any:
    """Change a note."""
    with transaction() as session:
        note = _find(session, note_id, " FOR UPDATE")
        etag.check_if_match(note.version, required=True)
        changed = session.execute(_CHANGE, {"text": body["text"], "id": note_id}).one()
        etag.mark(changed.version)
        return changed


@notes.post("/echo")
@access(public=True)
@notes.arguments(EchoSchema)
@notes.response(200, EchoSchema)
def echo(body: dict[str, Any]) -> dict[str, Any]:
    """Say what was understood."""
    return body


@notes.get("/who")
@access(guest=True)
@notes.response(200, WhoSchema)
def who() -> dict[str, Any]:
    """Say who is calling."""
    return {"kind": principal().kind, "wait": prefer_wait()}


@notes.get("/admin")
@access(roles=("admin",), scopes=("notes:read",))
@notes.response(200, WhoSchema)
def admin_only() -> dict[str, Any]:
    """For administrators with the scope."""
    return {"kind": str(user_id())}


@notes.post("/login")
@access(public=True)
@limited("login")
@notes.response(200, WhoSchema)
def login() -> dict[str, Any]:
    """Every third failure of one account is refused."""
    kernel().limiter.check("login_failed", "account")
    kernel().limiter.spend("login_failed", "account")
    return {"kind": "anonymous"}


@notes.get("/fail/<kind>")
@access(public=True)
@notes.response(200, NoteSchema)
def fail(kind: str) -> Any:
    """Fail as asked."""
    raise _REFUSALS[kind]


@notes.get("/sql/<state>")
@access(public=True)
@notes.response(200, NoteSchema)
def fail_in_database(state: str) -> Any:
    """Let the database fail with that SQLSTATE."""
    with transaction() as session:
        session.execute(text(f"DO $$ BEGIN RAISE SQLSTATE '{state}'; END $$"))


@internal.get("/secret")
@access(service=("orders",))
@internal.response(200, WhoSchema)
def secret() -> dict[str, Any]:
    """For orders alone."""
    return {"kind": principal().kind, "service": principal().service}


def _insert(session: Session, words: str) -> Row[Any]:
    statement = text("INSERT INTO notes (id, text) VALUES (:id, :text) RETURNING *, NULL AS price")
    return session.execute(statement, {"id": ids.uuid7(), "text": words}).one()


def _find(session: Session, note_id: UUID, lock: str = "") -> Any:
    found = session.execute(text(_FIND + lock), {"id": note_id}).one_or_none()
    if found is None:
        raise NotFound("there is no such note")
    return found


WEB = WebService(
    name="notes",
    prefixes=("/api/v1/notes", "/internal/notes"),
    blueprints=(notes, internal),
)
