"""Timed reservations over HTTP."""

from typing import Any
from uuid import UUID

from flask import Response

from libs.db.transaction import transaction
from libs.http.blueprint import Blueprint
from libs.http.idempotency import once
from libs.http.operation import access, idempotent
from services.inventory.commands import reservations as commands
from services.inventory.schemas import ReservationSchema, ReserveSchema

reservations = Blueprint(
    "reservations",
    __name__,
    url_prefix="/api/v1/inventory/reservations",
    description="Stock held for some time without an order.",
)


@reservations.post("")
@access(roles=("admin",))
@idempotent(required=False)
@reservations.arguments(ReserveSchema)
@reservations.response(201, ReservationSchema)
def reserve(body: dict[str, Any]) -> Response:
    """Hold stock for some time, all lines or none."""
    wanted = [(line["sku"], line["quantity"]) for line in body["lines"]]
    with transaction() as session:
        return once(
            session,
            lambda: commands.reserve(session, wanted, seconds=body["ttl_seconds"]),
            schema=ReservationSchema,
        )


@reservations.delete("/<id('rsv'):reservation_id>")
@access(roles=("admin",))
@reservations.response(204)
def cancel_reservation(reservation_id: UUID) -> None:
    """Give the stock back before its time."""
    with transaction() as session:
        commands.cancel(session, reservation_id)
