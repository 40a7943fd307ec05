"""What carts obeys."""

from typing import ClassVar
from uuid import UUID

from libs.contracts import privacy
from libs.messaging.message import Command


class CloseCart(Command, frozen=True, kw_only=True):
    """The cart became a confirmed order and takes no more changes."""

    wire_name: ClassVar[str] = "carts.close_cart.v1"

    cart_id: UUID
    order_id: UUID


class ExportCustomer(privacy.ExportCustomer, frozen=True, kw_only=True):
    """Announce the customer's carts."""

    wire_name: ClassVar[str] = "carts.export_customer.v1"


class CustomerDataExported(privacy.CustomerDataExported, frozen=True, kw_only=True):
    """A slice of what carts knows of a customer."""

    wire_name: ClassVar[str] = "carts.customer_data_exported.v1"


class EraseCustomer(privacy.EraseCustomer, frozen=True, kw_only=True):
    """Delete the customer's carts."""

    wire_name: ClassVar[str] = "carts.erase_customer.v1"
