"""The HTTP side of orders."""

from libs.http.app import WebService
from services.orders.routes.orders import orders
from services.orders.routes.returns import returns
from services.orders.routes.sagas import sagas
from services.orders.settings import OrdersSettings

WEB = WebService(
    name="orders",
    prefixes=("/api/v1/orders", "/api/v1/sagas"),
    blueprints=(orders, returns, sagas),
    settings=OrdersSettings,
)
