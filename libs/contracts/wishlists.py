"""What wishlists announces."""

from typing import ClassVar, Literal
from uuid import UUID

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
