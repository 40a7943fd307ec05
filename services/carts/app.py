"""Carts on the web."""

from libs.http.app import WebService
from services.carts.routes.carts import carts
from services.carts.routes.configuration import shipping_methods, tax_rates
from services.carts.routes.current import current
from services.carts.routes.internal import internal
from services.carts.routes.items import items
from services.carts.settings import CartsSettings

WEB = WebService(
    name="carts",
    prefixes=(
        "/api/v1/carts",
        "/api/v1/tax-rates",
        "/api/v1/shipping-methods",
        "/internal/carts",
    ),
    blueprints=(carts, current, items, tax_rates, shipping_methods, internal),
    settings=CartsSettings,
)
