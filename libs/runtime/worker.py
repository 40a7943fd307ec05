"""`python -m libs.runtime worker`: the consumers of some services, in one Celery worker."""

import os
from argparse import Namespace
from collections.abc import Mapping, Sequence

from libs import failpoints
from libs.messaging.worker import arguments as celery_arguments
from libs.messaging.worker import create_worker
from libs.observability import logging
from libs.runtime import registry
from libs.runtime.settings import ProcessSettings
from libs.settings import SettingsError


def run(names: Sequence[str], pool: str, environ: Mapping[str, str]) -> None:
    """Consume until SIGTERM, which lets the messages in hand be finished."""
    settings = ProcessSettings.from_env(environ)
    logging.configure("worker", level=settings.log_level)
    failpoints.arm(settings.failpoints)
    entries = registry.worker_entries(names, pool)
    if not entries:
        raise SettingsError(f"none of {', '.join(names)} has anything for the pool {pool!r}")
    create_worker(entries, environ, pool).worker_main(celery_arguments(entries, pool))


def main(arguments: Namespace) -> None:
    """The command's entry."""
    run(registry.select(arguments.services), arguments.pool, os.environ)
