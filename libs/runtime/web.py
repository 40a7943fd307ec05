"""`python -m libs.runtime web`: the HTTP side of some services, on one port."""

import os
from argparse import Namespace
from collections.abc import Mapping, Sequence

from libs import failpoints
from libs.http import local
from libs.http.edge import create_app
from libs.messaging.relay import Relay, attach
from libs.messaging.settings import MessagingSettings
from libs.observability import logging, metrics
from libs.runtime import check, registry
from libs.runtime.aliases import ALIASES
from libs.runtime.http_server import Listen, serve
from libs.runtime.settings import ProcessSettings


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
    serve(edge, listen)


def main(arguments: Namespace) -> None:
    """The command's entry."""
    listen = Listen(arguments.host, arguments.port, arguments.workers, arguments.threads)
    run(registry.select(arguments.services), listen, os.environ)
