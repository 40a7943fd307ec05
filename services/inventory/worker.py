"""Inventory's workers."""

from libs.messaging.worker import WorkerService
from services.inventory.settings import InventorySettings
from services.inventory.tasks import tasks

WORKER = WorkerService(name="inventory", tasks=tasks, settings=InventorySettings)
