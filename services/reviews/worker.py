"""Reviews in the workers."""

from libs.messaging.worker import WorkerService
from services.reviews.tasks import tasks

WORKER = WorkerService(name="reviews", tasks=tasks)
