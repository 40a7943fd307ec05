"""Inventory on the web."""

from libs.http.app import WebService
from services.inventory.routes.ledger import ledger
from services.inventory.routes.locations import locations
from services.inventory.routes.reservations import reservations
from services.inventory.routes.stocks import stocks
from services.inventory.routes.transfers import transfers
from services.inventory.settings import InventorySettings

WEB = WebService(
    name="inventory",
    prefixes=("/api/v1/inventory",),
    blueprints=(stocks, ledger, transfers, locations, reservations),
    settings=InventorySettings,
)
