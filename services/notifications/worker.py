"""The workers of notifications: facts become messages, the jobs pool delivers them."""

from libs.messaging.worker import WorkerService
from services.notifications.settings import NotificationsSettings
from services.notifications.tasks import tasks

WORKER = WorkerService(name="notifications", tasks=tasks, settings=NotificationsSettings)
