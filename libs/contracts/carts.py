"""What carts obeys."""

from typing import ClassVar
from uuid import UUID

from libs.messaging.message import Command


class CloseCart(Command, frozen=True, kw_only=True):
    """The cart became a confirmed order and takes no more changes."""

    wire_name: ClassVar[str] = "carts.close_cart.v1"

    cart_id: UUID
    order_id: UUID
