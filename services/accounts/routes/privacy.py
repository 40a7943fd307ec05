"""A person's right to a copy of their data, and to be forgotten."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from flask import Response

from libs import ids
from libs.db.page import Page
from libs.db.transaction import reading, transaction
from libs.http.auth import user_id
from libs.http.blueprint import Blueprint
from libs.http.operation import access
from libs.http.paging import PageArgs, page_schema
from libs.service import service_settings
from services.accounts import queries
from services.accounts.commands import erasures, exports
from services.accounts.commands.users import lock_for_administration, lock_user
from services.accounts.models.privacy import Erasure, Export
from services.accounts.routes.caller import origin, prove_caller, require_session
from services.accounts.rules import ADMIN
from services.accounts.schemas.privacy import (
    ErasureSchema,
    ExportContentSchema,
    ExportSchema,
    RequestErasureSchema,
)
from services.accounts.settings import AccountsSettings

PATH = "/api/v1/accounts/exports"
privacy = Blueprint(
    "privacy", __name__, url_prefix="/api/v1", description="Data export and erasure."
)


@privacy.post("/accounts/exports")
@access(user=True, owns="exports")
@privacy.response(202, ExportSchema)
def request_export() -> tuple[Export, dict[str, str]]:
    """Ask all services for a copy of what they know of the caller."""
    require_session()
    with transaction() as session:
        user = lock_user(session, user_id())
        export = exports.request_export(session, user, origin())
    return export, {"Location": f"{PATH}/{ids.to_text('exp', export.id)}"}


@privacy.get("/accounts/exports")
@access(user=True, owns="exports")
@privacy.arguments(PageArgs, location="query")
@privacy.response(200, page_schema(ExportSchema))
def list_exports(args: dict[str, Any]) -> Page[Export]:
    """The caller's exports, newest first."""
    with reading() as session:
        return queries.list_exports(session, user_id=user_id(), **args)


@privacy.get("/accounts/exports/<id('exp'):export_id>")
@access(user=True, owns="exports")
@privacy.response(200, ExportSchema)
def get_export(export_id: UUID) -> Export:
    """How far an export is."""
    with reading() as session:
        return queries.get_export(session, user_id(), export_id)


@privacy.get("/accounts/exports/<id('exp'):export_id>/download")
@access(user=True, owns="exports")
@privacy.response(200, ExportContentSchema)
def download_export(export_id: UUID) -> Response:
    """All that is known of the caller, by service; it can be fetched for a day."""
    require_session()
    with reading() as session:
        content = queries.get_export_content(session, user_id(), export_id)
    headers = {
        "Cache-Control": "no-store",
        "Content-Disposition": 'attachment; filename="personal-data.json"',
    }
    return Response(content, mimetype="application/json", headers=headers)


@privacy.post("/accounts/erasures")
@access(user=True, owns="account")
@privacy.arguments(RequestErasureSchema)
@privacy.response(202, ErasureSchema)
def request_erasure(body: dict[str, Any]) -> Erasure:
    """Sign the caller out for good and have all services forget them.

    Refused later, and the account opened again, if an order has still to be sent or refunded.
    """
    prove_caller(body["current_password"])
    return _erase(user_id())


@privacy.post("/users/<id('usr'):user_id>/erasures")
@access(roles=(ADMIN,))
@privacy.response(202, ErasureSchema)
def erase_user(user_id: UUID) -> Erasure:
    """Erase somebody who asked for it by another way."""
    require_session()
    return _erase(user_id)


@privacy.get("/users/<id('usr'):user_id>/erasures")
@access(roles=(ADMIN,))
@privacy.arguments(PageArgs, location="query")
@privacy.response(200, page_schema(ErasureSchema))
def list_erasures(args: dict[str, Any], user_id: UUID) -> Page[Erasure]:
    """What became of a user's wishes to be forgotten, newest first."""
    with reading() as session:
        return queries.list_erasures(session, user_id=user_id, **args)


def _erase(subject_id: UUID) -> Erasure:
    delay = timedelta(seconds=service_settings(AccountsSettings).erasure_delay)
    with transaction() as session:
        user = lock_for_administration(session, subject_id)
        return erasures.request_erasure(
            session, user, actor_id=user_id(), delay=delay, origin=origin()
        )
