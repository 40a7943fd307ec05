"""What the running app keeps: the published documents that it has shown lately."""

from typing import NamedTuple

from flask import current_app

from libs.db.cache import Cache
from libs.service import service_settings
from services.cms.commands.publication import CHANNEL
from services.cms.settings import CmsSettings

_EXTENSION = "argosy.cms"
_MOST_DOCUMENTS = 500


class Shown(NamedTuple):
    """A published document as it is sent."""

    body: bytes
    number: int
    locale: bytes


def publications() -> Cache[Shown]:
    """The memory of the current app."""
    found: Cache[Shown] | None = current_app.extensions.get(_EXTENSION)
    if found is None:
        seconds = service_settings(CmsSettings).cache_seconds
        made: Cache[Shown] = Cache(CHANNEL, seconds=seconds, size=_MOST_DOCUMENTS)
        found = current_app.extensions.setdefault(_EXTENSION, made)
    return found
