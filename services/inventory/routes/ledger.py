"""Batches of adjustments, and the ledger of all movements, over HTTP."""

from typing import Any

from flask import Response

from libs.db.page import Page
from libs.db.transaction import reading, transaction
from libs.http.blueprint import Blueprint
from libs.http.idempotency import once
from libs.http.operation import access, idempotent
from services.inventory import queries
from services.inventory.commands import adjustments
from services.inventory.models import Movement
from services.inventory.routes.caller import actor
from services.inventory.rules.changes import Change, Line
from services.inventory.schemas import (
    AdjustmentSchema,
    AdjustStockSchema,
    MovementArgs,
    MovementPageSchema,
)

ledger = Blueprint(
    "ledger",
    __name__,
    url_prefix="/api/v1/inventory",
    description="Every change of what lies on the shelves, and why.",
)


@ledger.post("/adjustments")
@access(roles=("admin",))
@idempotent(required=True)
@ledger.arguments(AdjustStockSchema)
@ledger.response(201, AdjustmentSchema)
def adjust_stock(body: dict[str, Any]) -> Response:
    """Adjust up to 1,000 stock levels, all or none."""
    lines = [
        Line(
            line["sku"],
            line["location"],
            Change(f"/lines/{index}", line["reason"], line.get("delta"), line.get("on_hand")),
        )
        for index, line in enumerate(body["lines"])
    ]
    with transaction() as session:
        return once(
            session,
            lambda: adjustments.adjust_stock(session, lines, actor=actor()),
            schema=AdjustmentSchema,
        )


@ledger.get("/movements")
@access(roles=("admin",))
@ledger.arguments(MovementArgs, location="query")
@ledger.response(200, MovementPageSchema)
def list_movements(args: dict[str, Any]) -> Page[Movement]:
    """The ledger, newest first."""
    with reading() as session:
        return queries.list_movements(session, **args)
