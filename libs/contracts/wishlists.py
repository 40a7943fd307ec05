"""What wishlists announces."""

from typing import ClassVar, Literal
from uuid import UUID

from libs.contracts import privacy
from libs.messaging.message import Fact


class AlertTriggered(Fact, frozen=True, kw_only=True):
    """What a customer asked to be told of has happened; announced once per alert.

    `variant_id` is None where any variant will do. A price drop brings the price that it is.
    """

    wire_name: ClassVar[str] = "wishlists.alert_triggered.v1"

    alert_id: UUID
    customer_id: UUID
    kind: Literal["back_in_stock", "price_drop"]
    product_id: UUID
    variant_id: UUID | None
    title: str
    price_minor: int | None
    currency: str | None


class ExportCustomer(privacy.ExportCustomer, frozen=True, kw_only=True):
    """Announce the customer's lists."""

    wire_name: ClassVar[str] = "wishlists.export_customer.v1"


class CustomerDataExported(privacy.CustomerDataExported, frozen=True, kw_only=True):
    """A slice of what wishlists knows of a customer."""

    wire_name: ClassVar[str] = "wishlists.customer_data_exported.v1"


class EraseCustomer(privacy.EraseCustomer, frozen=True, kw_only=True):
    """Delete the customer's lists with their alerts."""

    wire_name: ClassVar[str] = "wishlists.erase_customer.v1"
