"""Promotions in the workers."""

from libs.messaging.worker import WorkerService
from services.promotions.tasks import tasks

WORKER = WorkerService(name="promotions", tasks=tasks)
