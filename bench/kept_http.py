"""HTTP/1.1 over one kept-alive connection, at the least cost to the machine that is measured."""

import socket
from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import urlsplit

_SECONDS = 30.0
_END = b"\r\n\r\n"


class Answer(NamedTuple):
    """What came back."""

    status: int
    body: bytes


def request(method: str, path: str, body: bytes, headers: Mapping[str, str]) -> bytes:
    """A request as it is sent."""
    more = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    head = (
        f"{method} {path} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n{more}"
        f"content-length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


class KeptConnection:
    """For one thread; requests may be sent before earlier ones are answered."""

    def __init__(self, url: str) -> None:
        place = urlsplit(url)
        self._socket = socket.create_connection((place.hostname, place.port), _SECONDS)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._buffer = b""

    def send(self, requests: bytes) -> None:
        self._socket.sendall(requests)

    def answer(self) -> Answer:
        """The next answer; it must say how long it is."""
        while (end := self._buffer.find(_END)) < 0:
            self._more()
        head, self._buffer = self._buffer[:end].lower(), self._buffer[end + len(_END) :]
        size = int(head.partition(b"content-length: ")[2].partition(b"\r\n")[0])
        while len(self._buffer) < size:
            self._more()
        body, self._buffer = self._buffer[:size], self._buffer[size:]
        return Answer(int(head[9:12]), body)

    def _more(self) -> None:
        chunk = self._socket.recv(65_536)
        if not chunk:
            raise ConnectionError("the server hung up")
        self._buffer += chunk
