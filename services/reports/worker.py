"""Reports in the workers."""

from libs.messaging.worker import WorkerService
from services.reports.tasks import tasks

WORKER = WorkerService(name="reports", tasks=tasks)
