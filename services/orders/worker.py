"""Orders in the workers: it leads the sagas."""

from libs.messaging.worker import WorkerService
from services.orders.sagas import PLACE_ORDER, RETURN_ORDER
from services.orders.tasks import tasks

WORKER = WorkerService(name="orders", tasks=tasks, sagas=(PLACE_ORDER, RETURN_ORDER))
