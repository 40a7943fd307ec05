"""What the running app keeps: its connection to the store, and what its settings mean now."""

from datetime import datetime

from flask import current_app

from libs.service import service_settings
from services.recommendations.rules.window import Window, window_at
from services.recommendations.settings import RecommendationsSettings
from services.recommendations.store.client import Store

_EXTENSION = "argosy.recommendations"


def store() -> Store | None:
    """The current app's store, if it has one."""
    settings = service_settings(RecommendationsSettings)
    if not settings.redis_url:
        return None
    found: Store | None = current_app.extensions.get(_EXTENSION)
    if found is None:
        made = Store(settings.redis_url, settings.writers)
        found = current_app.extensions.setdefault(_EXTENSION, made)
    return found


def window(now: datetime) -> Window:
    """How long interest counts."""
    settings = service_settings(RecommendationsSettings)
    return window_at(now, weeks=settings.window_weeks, half_life=settings.half_life_weeks)
