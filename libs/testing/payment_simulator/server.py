"""HTTP/1.1 with keep-alive on asyncio, no more of it than a payment client speaks."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus

_MAX_HEAD = 16_384
_MAX_BODY = 65_536
_END = b"\r\n\r\n"


@dataclass(frozen=True)
class Request:
    """One request, headers in lower case."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class Answer:
    """What to send after `delay` seconds; without a status the connection just ends."""

    status: int | None
    body: bytes = b""
    content_type: str = "application/json"
    delay: float = 0.0
    headers: Mapping[str, str] = field(default_factory=dict)

    def encode(self) -> bytes:
        """The bytes on the wire."""
        phrase = HTTPStatus(self.status or 500).phrase
        extra = "".join(f"{name}: {value}\r\n" for name, value in self.headers.items())
        head = (
            f"HTTP/1.1 {self.status} {phrase}\r\ncontent-type: {self.content_type}\r\n{extra}"
            f"content-length: {len(self.body)}\r\n\r\n"
        )
        return head.encode() + self.body


class BadRequest(Exception):
    """Not the HTTP that this server speaks."""


class Connection(asyncio.Protocol):
    """One client; its requests are answered one after the other."""

    def __init__(self, respond: Callable[[Request], Answer]) -> None:
        self._respond = respond
        self._buffer = b""
        self._busy = False
        self._transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - narrows asyncio's type
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        self._advance()

    def _advance(self) -> None:
        while not self._busy and not self._transport.is_closing():
            try:
                request = self._next_request()
            except BadRequest:
                self._transport.write(Answer(400, b'{"code":"bad_request"}').encode())
                self._transport.close()
                return
            if request is None:
                return
            self._busy = True
            answer = self._respond(request)
            if answer.delay:
                asyncio.get_running_loop().call_later(answer.delay, self._finish, answer)
            else:
                self._send(answer)

    def _finish(self, answer: Answer) -> None:
        self._send(answer)
        self._advance()

    def _send(self, answer: Answer) -> None:
        self._busy = False
        if answer.status is None:
            self._transport.abort()
        else:
            self._transport.write(answer.encode())

    def _next_request(self) -> Request | None:
        end = self._buffer.find(_END)
        if end < 0:
            if len(self._buffer) > _MAX_HEAD:
                raise BadRequest
            return None
        lines = self._buffer[:end].decode("latin-1").split("\r\n")
        headers = {}
        for line in lines[1:]:
            name, _, value = line.partition(":")
            headers[name.lower()] = value.strip()
        size = _length(headers)
        start = end + len(_END)
        if len(self._buffer) < start + size:
            return None
        body = self._buffer[start : start + size]
        self._buffer = self._buffer[start + size :]
        method, _, target = lines[0].partition(" ")
        path = target.partition(" ")[0]
        return Request(method, path, headers, body)


def _length(headers: Mapping[str, str]) -> int:
    text = headers.get("content-length", "0")
    if "transfer-encoding" in headers or not text.isdecimal() or int(text) > _MAX_BODY:
        raise BadRequest
    return int(text)
