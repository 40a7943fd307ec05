"""`python -m libs.runtime worker`: the consumers of some services, in one Celery worker."""

import os
from argparse import Namespace
from collections.abc import Mapping, Sequence

from libs import failpoints
from libs.db.settings import DatabaseSettings
from libs.messaging.settings import MessagingSettings
from libs.messaging.worker import arguments as celery_arguments
from libs.messaging.worker import create_worker
from libs.observability import logging
from libs.runtime import check, registry
from libs.runtime.settings import ProcessSettings
from libs.settings import SettingsError


def run(names: Sequence[str], pool: str, environ: Mapping[str, str]) -> None:
    """Consume until SIGTERM, which lets the messages in hand be finished."""
    entries = registry.worker_entries(names, pool)
    if not entries:
        raise SettingsError(f"none of {', '.join(names)} has anything for the pool {pool!r}")
    own = [entry.settings for entry in entries if entry.settings]
    wanted = [ProcessSettings, DatabaseSettings, MessagingSettings, *own]
    check.require(wanted, [entry.name for entry in entries], environ)
    settings = ProcessSettings.from_env(environ)
    logging.configure("worker", level=settings.log_level)
    failpoints.arm(settings.failpoints)
    create_worker(entries, environ, pool).worker_main(celery_arguments(entries, pool))


def main(arguments: Namespace) -> None:
    """The command's entry."""
    run(registry.select(arguments.services), arguments.pool, os.environ)
