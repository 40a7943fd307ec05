"""What the running app keeps: whatever carries its messages, and its client for webhooks."""

from dataclasses import dataclass

from flask import current_app

from libs.outbound.client import Limits, OutboundClient
from libs.service import service_settings
from services.notifications.channels.registry import Ports, build
from services.notifications.settings import NotificationsSettings

_EXTENSION = "argosy.notifications"
# What a merchant's server may take and say; the lease of a delivery is longer than their sum.
_WEBHOOKS = Limits(resolve_seconds=3.0, connect_seconds=3.0, total_seconds=5.0, answer_bytes=1024)


@dataclass(frozen=True)
class Extension:
    """Made once for each app."""

    ports: Ports
    webhooks: OutboundClient


def extension() -> Extension:
    """The extension of the current app."""
    found: Extension | None = current_app.extensions.get(_EXTENSION)
    if found is None:
        settings = service_settings(NotificationsSettings)
        webhooks = OutboundClient(_WEBHOOKS, private_hosts=settings.webhook_private_hosts)
        made = Extension(build(settings), webhooks)
        found = current_app.extensions.setdefault(_EXTENSION, made)
    return found
