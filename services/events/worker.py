"""Events in the workers."""

from libs.messaging.worker import WorkerService
from services.events.settings import EventsSettings
from services.events.tasks import tasks

WORKER = WorkerService(name="events", tasks=tasks, settings=EventsSettings)
