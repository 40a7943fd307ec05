"""Catalog's workers."""

from libs.messaging.worker import WorkerService
from services.catalog.settings import CatalogSettings
from services.catalog.tasks import tasks

WORKER = WorkerService(name="catalog", tasks=tasks, settings=CatalogSettings)
