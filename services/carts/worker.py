"""Carts in the workers."""

from libs.messaging.worker import WorkerService
from services.carts.settings import CartsSettings
from services.carts.tasks import tasks

WORKER = WorkerService(name="carts", tasks=tasks, settings=CartsSettings)
