"""Payments in the workers."""

from libs.messaging.worker import WorkerService
from services.payments.settings import PaymentsSettings
from services.payments.tasks import tasks

WORKER = WorkerService(name="payments", tasks=tasks, settings=PaymentsSettings)
