"""Which languages a request would rather be answered in."""

from flask import request

from libs.service import service_settings
from services.catalog.rules.locales import preferences
from services.catalog.settings import CatalogSettings


def wished(locale: str | None) -> tuple[str, ...]:
    """Those of the parameter, else of the browser, before the shop's own; the best first."""
    if locale is None and "Accept-Language" not in request.headers:
        return ()
    tags = [locale] if locale else list(request.accept_languages.values())
    return preferences(tags, service_settings(CatalogSettings).locale)
