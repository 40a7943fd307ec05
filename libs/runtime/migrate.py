"""`python -m libs.runtime migrate`: brings each service's database to the schema of this code."""

import os
from argparse import Namespace
from collections.abc import Mapping, Sequence

from sqlalchemy.exc import OperationalError

from libs.db.migrate import migrate
from libs.db.settings import database_url
from libs.observability import logging
from libs.runtime import check, registry
from libs.runtime.settings import ProcessSettings
from libs.settings import SettingsError


def run(names: Sequence[str], environ: Mapping[str, str]) -> None:
    """One service after the other; every address is read before the first is touched."""
    check.require([ProcessSettings], names, environ)
    logging.configure("migrate", level=ProcessSettings.from_env(environ).log_level)
    for name, url in [(name, database_url(name, environ)) for name in names]:
        try:
            migrate(name, url)
        except OperationalError as fault:
            reason = str(fault.orig).strip().splitlines()[0]
            raise SettingsError(f"the database of {name} cannot be migrated: {reason}") from fault


def main(arguments: Namespace) -> None:
    """The command's entry."""
    run(registry.select(arguments.services), os.environ)
