"""`python -m tests.messaging.program saga|jobs`: a worker of the toy services."""

import os
import sys

from libs.contracts.subscriptions import SUBSCRIPTIONS
from libs.messaging.worker import arguments, create_worker
from libs.observability import logging
from tests.messaging.toys import HEARS, SERVICES


def main(pool: str) -> None:
    """Work until SIGTERM; the jobs pool with limits that a test can wait for."""
    logging.configure("worker")
    SUBSCRIPTIONS.update(HEARS)
    services = [one for one in SERVICES if pool == "saga" or one.tasks.jobs]
    celery = create_worker(services, os.environ, pool)
    if limit := os.environ.get("TOYS_TIME_LIMIT"):
        celery.conf.task_time_limit = float(limit)
        celery.conf.task_soft_time_limit = None
    celery.worker_main(arguments(services, pool))


if __name__ == "__main__":
    main(sys.argv[1])
