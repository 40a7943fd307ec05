"""Accounts in the workers: its outbox and its periodic work."""

from libs.messaging.worker import WorkerService
from services.accounts.tasks import tasks

WORKER = WorkerService(name="accounts", tasks=tasks)
