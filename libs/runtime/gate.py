"""`python -m libs.runtime gate`: lets a new process start only on the schema that it needs."""

import os
import time
from argparse import Namespace
from collections.abc import Mapping, Sequence

from sqlalchemy import Engine, create_engine
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import NullPool

from libs.db.migrate import schema_is_current
from libs.db.settings import database_url
from libs.observability import logging
from libs.runtime import registry
from libs.runtime.settings import ProcessSettings
from libs.settings import SettingsError

_PAUSE = 1.0


def run(names: Sequence[str], environ: Mapping[str, str], seconds: float) -> None:
    """Return once every database has at least the schema of this code; wait so long at the most."""
    engines = {name: _engine(database_url(name, environ)) for name in names}
    until = time.monotonic() + seconds
    for name, engine in engines.items():
        while fault := _fault(name, engine):
            if time.monotonic() > until:
                raise SettingsError(f"the database of {name} {fault} after {seconds:.0f} s")
            time.sleep(_PAUSE)


def _engine(url: str) -> Engine:
    patience = {"connect_timeout": 2, "options": "-c statement_timeout=2000"}
    return create_engine(url, poolclass=NullPool, connect_args=patience)


def _fault(name: str, engine: Engine) -> str | None:
    try:
        current = schema_is_current(engine, name)
    except OperationalError:
        return "is still unreachable"
    return None if current else "is still behind this code"


def main(arguments: Namespace) -> None:
    """The command's entry."""
    logging.configure("gate", level=ProcessSettings.from_env(os.environ).log_level)
    run(registry.select(arguments.services), os.environ, arguments.seconds)
