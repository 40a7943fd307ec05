"""All tables of notifications under one name."""

from services.notifications.models import messages, recipients, webhooks
from services.notifications.models.base import Base

__all__ = ["Base", "messages", "recipients", "webhooks"]
