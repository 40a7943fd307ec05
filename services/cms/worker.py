"""Cms in the workers: what is scheduled becomes public."""

from libs.messaging.worker import WorkerService
from services.cms.settings import CmsSettings
from services.cms.tasks import tasks

WORKER = WorkerService(name="cms", tasks=tasks, settings=CmsSettings)
