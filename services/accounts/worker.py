"""Accounts in the workers: its outbox, its periodic work, and the sagas that it leads."""

from libs.messaging.worker import WorkerService
from services.accounts.sagas import ERASE_CUSTOMER, EXPORT_CUSTOMER
from services.accounts.tasks import tasks

WORKER = WorkerService(name="accounts", tasks=tasks, sagas=(EXPORT_CUSTOMER, ERASE_CUSTOMER))
