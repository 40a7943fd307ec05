"""The providers of the running service: one pool of connections for each app."""

from flask import current_app

from libs.service import service_settings
from services.payments.providers.registry import Providers, build
from services.payments.settings import PaymentsSettings

_EXTENSION = "argosy.payments"


def providers() -> Providers:
    """The providers of the current app, in a request, a task or a timer."""
    found: Providers | None = current_app.extensions.get(_EXTENSION)
    if found is None:
        made = build(service_settings(PaymentsSettings))
        found = current_app.extensions.setdefault(_EXTENSION, made)
    return found
