"""Rebuilds of the projections over HTTP."""

from uuid import UUID

from flask import Response

from libs.db.transaction import reading, transaction
from libs.http.auth import user_id
from libs.http.blueprint import Blueprint
from libs.http.idempotency import once
from libs.http.operation import access, idempotent
from libs.ids import to_text
from services.reports.commands import rebuilds as commands
from services.reports.models import Rebuild
from services.reports.queries.rebuilds import get_rebuild
from services.reports.schemas import RebuildSchema

rebuilds = Blueprint(
    "report_rebuilds",
    __name__,
    url_prefix="/api/v1/reports/rebuilds",
    description="The projections made anew from the log of what was heard.",
)


@rebuilds.post("")
@access(roles=("admin",))
@idempotent(required=False)
@rebuilds.response(202, RebuildSchema)
def rebuild_reports() -> Response:
    """Make all figures anew; the ones there are stay readable until it is done.

    While a rebuild runs, it is the answer.
    """
    with transaction() as session:
        return once(
            session,
            lambda: commands.request_rebuild(session, user_id()),
            schema=RebuildSchema,
            status=202,
            location=lambda one: f"/api/v1/reports/rebuilds/{to_text('rbd', one.id)}",
        )


@rebuilds.get("/<id('rbd'):rebuild_id>")
@access(roles=("admin",))
@rebuilds.response(200, RebuildSchema)
def show_rebuild(rebuild_id: UUID) -> Rebuild:
    """How far a rebuild has come."""
    with reading() as session:
        return get_rebuild(session, rebuild_id)
