"""Wishlists in the workers."""

from libs.messaging.worker import WorkerService
from services.wishlists.settings import WishlistsSettings
from services.wishlists.tasks import tasks

WORKER = WorkerService(name="wishlists", tasks=tasks, settings=WishlistsSettings)
