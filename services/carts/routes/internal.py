"""What carts does for orders: the one synchronous call of the system."""

from typing import Any
from uuid import UUID

import msgspec
from flask import Response

from libs.db.transaction import transaction
from libs.http.blueprint import Blueprint
from libs.http.operation import access
from libs.service import service_settings
from services.carts.commands import freeze as commands
from services.carts.commands.freeze import FreezeRequest
from services.carts.metrics import freeze_counted
from services.carts.models.owner import owner_of
from services.carts.schemas.requests import FreezeCartSchema
from services.carts.settings import CartsSettings

internal = Blueprint("carts_internal", __name__, url_prefix="/internal/carts")


@internal.post("/<uuid:cart_id>/freeze")
@access(service=("orders",))
@internal.arguments(FreezeCartSchema)
def freeze_cart(body: dict[str, Any], cart_id: UUID) -> Response:
    """Price the cart and keep it for an order."""
    owner = owner_of(body.pop("user_id"), body.pop("cart_token"))
    seconds = service_settings(CartsSettings).lease_seconds
    with freeze_counted(), transaction() as session:
        frozen = commands.freeze_cart(
            session, cart_id, owner, FreezeRequest(**body), lease_seconds=seconds
        )
    return Response(msgspec.json.encode(frozen), content_type="application/json")
