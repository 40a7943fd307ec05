"""What the running app keeps: what carries its messages, its client for webhooks, its streams."""

import threading
from collections import Counter
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from flask import current_app

from libs.outbound.client import Limits, OutboundClient
from libs.service import service_settings
from services.notifications.channels.registry import Ports, build
from services.notifications.metrics import set_streams
from services.notifications.settings import NotificationsSettings

_EXTENSION = "argosy.notifications"
# What a merchant's server may take and say; the lease of a delivery is longer than their sum.
_WEBHOOKS = Limits(resolve_seconds=3.0, connect_seconds=3.0, total_seconds=5.0, answer_bytes=1024)


class Places:
    """Places for event streams: each holds a thread, so there are few, and fewer for one user."""

    def __init__(self, total: int, per_user: int) -> None:
        self._total = total
        self._per_user = per_user
        self._taken: Counter[UUID] = Counter()
        self._lock = threading.Lock()

    def take(self, user_id: UUID) -> Literal["taken", "too_many", "none_free"]:
        """Take a place, to be given back once; or say which limit is reached."""
        with self._lock:
            if self._taken[user_id] >= self._per_user:
                return "too_many"
            if self._taken.total() >= self._total:
                return "none_free"
            self._taken[user_id] += 1
            set_streams(self._taken.total())
        return "taken"

    def give_back(self, user_id: UUID) -> None:
        """The stream has ended."""
        with self._lock:
            self._taken[user_id] -= 1
            # Adding nothing drops whoever holds nothing any more.
            self._taken += Counter()
            set_streams(self._taken.total())


@dataclass(frozen=True)
class Extension:
    """Made once for each app."""

    ports: Ports
    webhooks: OutboundClient
    places: Places


def extension() -> Extension:
    """The extension of the current app."""
    found: Extension | None = current_app.extensions.get(_EXTENSION)
    if found is None:
        settings = service_settings(NotificationsSettings)
        webhooks = OutboundClient(_WEBHOOKS, private_hosts=settings.webhook_private_hosts)
        places = Places(settings.streams, settings.streams_per_user)
        made = Extension(build(settings), webhooks, places)
        found = current_app.extensions.setdefault(_EXTENSION, made)
    return found
