"""What the running app keeps: its client of carts and its view of the sagas."""

from dataclasses import dataclass

from flask import current_app

from libs.http.client import ServiceClient
from libs.http.service_keys import ServiceKey
from libs.saga.operator import Operator
from libs.service import service_settings
from services.orders.sagas import PLACE_ORDER, RETURN_ORDER
from services.orders.settings import OrdersSettings

_EXTENSION = "argosy.orders"


@dataclass(frozen=True)
class Extension:
    """Made once for each app."""

    carts: ServiceClient
    operator: Operator


def extension() -> Extension:
    """The extension of the current app."""
    found: Extension | None = current_app.extensions.get(_EXTENSION)
    if found is None:
        settings = service_settings(OrdersSettings)
        key = ServiceKey.load("orders", settings.service_key)
        made = Extension(
            ServiceClient(settings.carts_url, callee="carts", key=key),
            Operator((PLACE_ORDER, RETURN_ORDER)),
        )
        found = current_app.extensions.setdefault(_EXTENSION, made)
    return found
