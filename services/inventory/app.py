"""Inventory on the web."""

from libs.http.app import WebService
from services.inventory.routes.ledger import ledger
from services.inventory.routes.locations import locations
from services.inventory.routes.reservations import reservations
from services.inventory.routes.stocks import stocks

WEB = WebService(
    name="inventory",
    prefixes=("/api/v1/inventory",),
    blueprints=(stocks, ledger, locations, reservations),
)
