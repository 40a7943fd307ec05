"""Transfers between locations over HTTP."""

from typing import Any

from flask import Response

from libs.db.transaction import transaction
from libs.http.blueprint import Blueprint
from libs.http.idempotency import once
from libs.http.operation import access, idempotent
from services.inventory.commands import transfers as commands
from services.inventory.routes.caller import actor
from services.inventory.schemas import TransferSchema, TransferStockSchema

transfers = Blueprint(
    "transfers",
    __name__,
    url_prefix="/api/v1/inventory/transfers",
    description="Stock that goes from one location to another.",
)


@transfers.post("")
@access(roles=("admin",))
@idempotent(required=True)
@transfers.arguments(TransferStockSchema)
@transfers.response(201, TransferSchema)
def transfer_stock(body: dict[str, Any]) -> Response:
    """Move up to 500 lines of stock that nobody holds, all or none."""
    wanted = [(line["sku"], line["quantity"]) for line in body["lines"]]
    with transaction() as session:
        return once(
            session,
            lambda: commands.transfer_stock(
                session,
                body["origin"],
                body["destination"],
                wanted,
                reason=body["reason"],
                actor=actor(),
            ),
            schema=TransferSchema,
        )
