"""Recommendations in the workers."""

from libs.messaging.worker import WorkerService
from services.recommendations.settings import RecommendationsSettings
from services.recommendations.tasks import tasks

WORKER = WorkerService(name="recommendations", tasks=tasks, settings=RecommendationsSettings)
