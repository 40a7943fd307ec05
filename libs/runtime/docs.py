"""`python -m libs.runtime docs`: the API's pages over services that other processes serve."""

import os
from argparse import Namespace
from collections.abc import Mapping, Sequence

from libs.http.edge import create_pages
from libs.observability import logging
from libs.runtime import registry
from libs.runtime.aliases import ALIASES
from libs.runtime.http_server import Listen, serve
from libs.runtime.settings import ProcessSettings

_THREADS = 4


def run(names: Sequence[str], host: str, port: int, environ: Mapping[str, str]) -> None:
    """Serve `/docs/`, `/redoc/` and the merged `/openapi.json` of the named services."""
    logging.configure("docs", level=ProcessSettings.from_env(environ).log_level)
    pages = create_pages([registry.web_entry(name) for name in names], environ, ALIASES)
    serve(pages, Listen(host, port, workers=1, threads=_THREADS))


def main(arguments: Namespace) -> None:
    """The command's entry."""
    names = registry.select(arguments.services)
    run(names, arguments.host, arguments.port, os.environ)
