"""Gunicorn as a library: the one way an HTTP port of Argosy is opened and served."""

import gc
import logging
import socket
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gunicorn.app.base import BaseApplication
from gunicorn.glogging import Logger
from gunicorn.http import wsgi

from libs.observability.metrics import process_ended
from libs.settings import SettingsError

# What a pod's grace period has to leave room for.
DRAIN_SECONDS = 20
_BACKLOG = 1024
# The in-process rate limiter tidies up once, a moment after it was made.
_LAST_BREATH = 1.0
_MEMORY_FOLDER = Path("/dev/shm")  # noqa: S108 - gunicorn makes an unguessable, unlinked file there


@dataclass(frozen=True)
class Listen:
    """Where to listen, and with how many processes of how many threads."""

    host: str
    port: int
    workers: int
    threads: int


class _Response(wsgi.Response):  # type: ignore[misc]  # gunicorn is untyped
    """Says nothing about the software that answers."""

    def default_headers(self) -> list[str]:
        headers: list[str] = super().default_headers()
        return [header for header in headers if not header.startswith("Server:")]


class _Log(Logger):  # type: ignore[misc]  # gunicorn is untyped
    """Hands gunicorn's lines to the process's own JSON log; requests are logged by the app."""

    def setup(self, cfg: Any) -> None:
        self.cfg = cfg
        self.loglevel = logging.INFO
        self._access_log_enabled = False
        self.error_log.propagate = True
        self.error_log.setLevel(logging.WARNING)


class _Server(BaseApplication):  # type: ignore[misc]  # gunicorn is untyped
    """Hands gunicorn an application that is built already."""

    def __init__(self, application: Any, options: dict[str, Any]) -> None:
        self._application = application
        self._options = options
        super().__init__()

    def load_config(self) -> None:
        for name, value in self._options.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        return self._application


def serve(application: Any, listen: Listen) -> None:
    """Serve until SIGTERM, which drains for up to DRAIN_SECONDS; then the process exits.

    The application is forked, so it must hold no connection and no thread yet.
    """
    _refuse_threads()
    # There is no setting for it, and `wsgi.create` looks the name up in its module.
    wsgi.Response = _Response
    listener = _open(listen)
    gc.collect()
    gc.freeze()  # What the master has built stays in pages that its workers share.
    _Server(application, _options(listen, listener)).run()


def _refuse_threads() -> None:
    """A lock that a thread holds during the fork stays locked for ever in the workers."""
    for thread in set(threading.enumerate()) - {threading.main_thread()}:
        thread.join(_LAST_BREATH)
        if thread.is_alive():
            raise SettingsError(f"a service starts the thread {thread.name} too early to be forked")


def _open(listen: Listen) -> socket.socket:
    """The listening socket, made here because gunicorn retries a taken port for five seconds."""
    family = socket.AF_INET6 if ":" in listen.host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((listen.host, listen.port))
        listener.listen(_BACKLOG)
    except (OSError, OverflowError) as fault:
        listener.close()
        reason = getattr(fault, "strerror", None) or fault
        place = f"{listen.host}:{listen.port}"
        raise SettingsError(f"cannot listen on {place}: {reason}") from fault
    return listener


def _options(listen: Listen, listener: socket.socket) -> dict[str, Any]:
    options = {
        "bind": f"fd://{listener.fileno()}",
        "backlog": _BACKLOG,
        "workers": listen.workers,
        "threads": listen.threads,
        "worker_class": "gthread",
        "graceful_timeout": DRAIN_SECONDS,
        # The last resort against a frozen worker; every call out has its own deadline.
        "timeout": 30,
        # Longer than the usual ingress keeps an idle connection, so it never meets a closed one.
        "keepalive": 75,
        "control_socket_disable": True,
        "logger_class": _Log,
        "child_exit": lambda _server, worker: process_ended(worker.pid),
    }
    if _MEMORY_FOLDER.is_dir():
        options["worker_tmp_dir"] = str(_MEMORY_FOLDER)
    return options
