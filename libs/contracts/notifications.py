"""The ordinary tasks of notifications."""

from typing import ClassVar
from uuid import UUID

from libs.contracts import privacy
from libs.messaging.message import Job


class DeliverMessage(Job, frozen=True, kw_only=True):
    """Try to hand one message to its channel."""

    wire_name: ClassVar[str] = "notifications.deliver_message.v1"

    message_id: UUID


class DeliverWebhook(Job, frozen=True, kw_only=True):
    """Try to tell one endpoint of one event."""

    wire_name: ClassVar[str] = "notifications.deliver_webhook.v1"

    delivery_id: UUID


class ExportCustomer(privacy.ExportCustomer, frozen=True, kw_only=True):
    """Announce what the customer was told."""

    wire_name: ClassVar[str] = "notifications.export_customer.v1"


class CustomerDataExported(privacy.CustomerDataExported, frozen=True, kw_only=True):
    """A slice of what notifications knows of a customer."""

    wire_name: ClassVar[str] = "notifications.customer_data_exported.v1"


class EraseCustomer(privacy.EraseCustomer, frozen=True, kw_only=True):
    """Delete what the customer was told, and never tell them anything again."""

    wire_name: ClassVar[str] = "notifications.erase_customer.v1"
