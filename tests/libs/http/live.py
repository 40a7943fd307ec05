"""Real sockets, for what only a socket can show."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from werkzeug.serving import WSGIRequestHandler, make_server


class _Quiet(WSGIRequestHandler):
    """HTTP/1.1, without the server's own log."""

    protocol_version = "HTTP/1.1"

    def log(self, type: str, message: str, *args: Any) -> None:  # noqa: A002  the parent's name
        """Say nothing."""


@contextmanager
def served(app: Any) -> Iterator[str]:
    """The URL of the app for as long as the block runs."""
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=_Quiet)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def forwarded(port: int, target: int) -> Iterator[None]:
    """A TCP forwarder on the port, for a server that comes back where it was missing."""
    server = socket.create_server(("127.0.0.1", port))
    server.settimeout(0.05)
    ended = threading.Event()
    thread = threading.Thread(target=_accept, args=(server, target, ended))
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
        server.close()


def _accept(server: socket.socket, target: int, ended: threading.Event) -> None:
    pumps: list[threading.Thread] = []
    ends: list[socket.socket] = []
    while not ended.is_set():
        with suppress(TimeoutError):
            near, _ = server.accept()
            far = socket.create_connection(("127.0.0.1", target), timeout=5)
            ends += [near, far]
            for pair in ((near, far), (far, near)):
                pumps.append(threading.Thread(target=_pump, args=pair))
                pumps[-1].start()
    for end in ends:
        with suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)
    for pump in pumps:
        pump.join()
    for end in ends:
        end.close()


def _pump(source: socket.socket, sink: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(4096):
            sink.sendall(data)
