"""The ordinary tasks of notifications."""

from typing import ClassVar
from uuid import UUID

from libs.messaging.message import Job


class DeliverMessage(Job, frozen=True, kw_only=True):
    """Try to hand one message to its channel."""

    wire_name: ClassVar[str] = "notifications.deliver_message.v1"

    message_id: UUID


class DeliverWebhook(Job, frozen=True, kw_only=True):
    """Try to tell one endpoint of one event."""

    wire_name: ClassVar[str] = "notifications.deliver_webhook.v1"

    delivery_id: UUID
