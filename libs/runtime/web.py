"""`python -m libs.runtime web`: the HTTP side of some services, on one port."""

import os
from argparse import Namespace
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from werkzeug.middleware.profiler import ProfilerMiddleware

from libs import failpoints
from libs.http import local
from libs.http.edge import Edge, create_app
from libs.messaging.relay import Relay, attach
from libs.messaging.settings import MessagingSettings
from libs.observability import logging, metrics
from libs.runtime import check, registry
from libs.runtime.aliases import ALIASES
from libs.runtime.http_server import Listen, serve
from libs.runtime.settings import ProcessSettings

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication


def run(names: Sequence[str], listen: Listen, environ: Mapping[str, str]) -> None:
    """Serve the named services; a wrong setting is refused before the port is open."""
    check.require(check.groups(names), names, environ)
    settings = ProcessSettings.from_env(environ)
    logging.configure(names[0] if len(names) == 1 else "edge", level=settings.log_level)
    failpoints.arm(settings.failpoints)
    relay = Relay(MessagingSettings.from_env(environ).broker_url)
    edge = create_app([registry.web_entry(name) for name in names], environ, ALIASES)
    for name in names:
        attach(local.find(name), relay)
        metrics.works_for(name, "web")
    metrics.set_capacity(listen.workers * listen.threads)
    serve(_profiled(edge, settings.profile_folder), listen)


def _profiled(edge: Edge, folder: str) -> "WSGIApplication":
    """With a folder, each request leaves a profile there (`python -m pstats`), SQL included."""
    if not folder:
        return edge
    Path(folder).mkdir(parents=True, exist_ok=True)
    return ProfilerMiddleware(edge, stream=None, profile_dir=folder)


def main(arguments: Namespace) -> None:
    """The command's entry."""
    listen = Listen(arguments.host, arguments.port, arguments.workers, arguments.threads)
    run(registry.select(arguments.services), listen, os.environ)
