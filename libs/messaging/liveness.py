"""Whether a worker moves: told by its loops, served over HTTP to whoever restarts it."""

import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from celery import signals

from libs.messaging import metrics
from libs.observability.metrics import exposition

# No message and no timer holds a loop for longer, see the deadlines of the database.
LONGEST_PAUSE = 60.0
# A broker that answers is one that a worker can consume from, give or take its own patience.
LONGEST_IDLENESS = 120.0


class Liveness:
    """What the worker's loops tell; read by the probes' threads."""

    def __init__(
        self, longest_pause: float = LONGEST_PAUSE, longest_idleness: float = LONGEST_IDLENESS
    ) -> None:
        # The moment of the timers' last turn, when the worker has timers.
        self.timers: Callable[[], float] | None = None
        # Whether the broker can be reached by somebody else than the event loop.
        self.broker_answers: Callable[[], bool] = lambda: False
        self._longest_pause = longest_pause
        self._longest_idleness = longest_idleness
        self._beat = time.monotonic()
        self._connecting = False
        self._idle_since: float | None = time.monotonic()

    @property
    def consuming(self) -> bool:
        """Whether a consumer is open."""
        return self._idle_since is None

    @consuming.setter
    def consuming(self, now: bool) -> None:
        self._idle_since = None if now else self._idle_since or time.monotonic()

    def beat(self) -> None:
        """The event loop turns."""
        self._beat = time.monotonic()

    @contextmanager
    def connecting(self) -> Iterator[None]:
        """The event loop stands still until the broker can be reached."""
        self._connecting = True
        try:
            yield
        finally:
            self.beat()
            self._connecting = False

    def fault(self) -> str | None:
        """What stands still, or None."""
        loop, timers = self._standstills()
        if loop > self._longest_pause:
            return "the event loop stands still"
        if timers > self._longest_pause:
            return "the timers stand still"
        if self._is_left_behind():
            return "the broker answers, but no consumer is open"
        return None

    def _is_left_behind(self) -> bool:
        """Some faults of a client end in a worker that only seems to wait for its broker."""
        since = self._idle_since
        if since is None or time.monotonic() - since < self._longest_idleness:
            return False
        return self.broker_answers()

    def measure(self) -> None:
        """Show Prometheus what the loops tell."""
        loop, timers = self._standstills()
        metrics.set_worker(consuming=self.consuming, loop=loop, timers=timers)

    def _standstills(self) -> tuple[float, float]:
        """Seconds since the event loop and the timers turned; 0 while that means nothing."""
        now = time.monotonic()
        loop = 0.0 if self._connecting else now - self._beat
        return loop, now - self.timers() if self.timers else 0.0


def serve(liveness: Liveness, host: str, port: int) -> ThreadingHTTPServer:
    """Answer /livez, /readyz and /metrics from a thread, until this process ends."""
    server = ThreadingHTTPServer((host, port), _handler(liveness))
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, name="probes", daemon=True).start()
    owner = os.getpid()

    def leave(**_: Any) -> None:
        # A child of the pool must not keep the port of a worker that is gone.
        if os.getpid() != owner:
            server.socket.close()

    signals.worker_process_init.connect(leave, weak=False)
    return server


def _handler(liveness: Liveness) -> type[BaseHTTPRequestHandler]:
    class Probes(BaseHTTPRequestHandler):
        timeout = 5
        server_version = "argosy"
        sys_version = ""

        def do_GET(self) -> None:
            status, body, kind = _answer(liveness, self.path)
            self.send_response(status)
            self.send_header("content-type", kind)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Probes come every few seconds; their log lines would hide the others."""

    return Probes


def _answer(liveness: Liveness, path: str) -> tuple[HTTPStatus, bytes, str]:
    if path == "/metrics":
        liveness.measure()
        return HTTPStatus.OK, *exposition()
    faults: dict[str, Callable[[], str | None]] = {
        "/livez": liveness.fault,
        "/readyz": lambda: None if liveness.consuming else "no consumer is open",
    }
    if path not in faults:
        return HTTPStatus.NOT_FOUND, b"", "text/plain"
    fault = faults[path]()
    status = HTTPStatus.SERVICE_UNAVAILABLE if fault else HTTPStatus.OK
    return status, (fault or "ok").encode(), "text/plain"
