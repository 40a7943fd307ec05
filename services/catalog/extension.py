"""What the running app keeps: the answers to what everybody asks, while they are true."""

from typing import NamedTuple

from flask import current_app

from libs.db.cache import Cache
from libs.service import service_settings
from services.catalog.commands.shown import CHANNEL
from services.catalog.settings import CatalogSettings

_EXTENSION = "argosy.catalog.answers"
# Of some 20 KB each.
_MOST_ANSWERS = 300


class Answer(NamedTuple):
    """A list or product as it is sent."""

    body: bytes
    etag: str | None
    headers: tuple[tuple[str, str], ...]


def answers() -> Cache[Answer] | None:
    """The memory of the current app; None where it is to have none."""
    found: Cache[Answer] | None = current_app.extensions.get(_EXTENSION)
    if found is None and (seconds := service_settings(CatalogSettings).cache_seconds):
        made: Cache[Answer] = Cache(CHANNEL, seconds=seconds, size=_MOST_ANSWERS)
        found = current_app.extensions.setdefault(_EXTENSION, made)
    return found
