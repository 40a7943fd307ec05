"""What every call of the client goes through: the standard library, with a deadline."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPResponse, HTTPSConnection
from typing import Any
from urllib.parse import urlencode, urlsplit


class Problem(Exception):
    """The shop refused: `status`, and `code`, `detail` and further members of its answer."""

    def __init__(self, status: int, members: Mapping[str, Any]) -> None:
        self.status = status
        self.code = str(members.get("code", "unknown"))
        self.detail = str(members.get("detail", ""))
        self.members = dict(members)
        super().__init__(f"{status} {self.code}: {self.detail}")


@dataclass
class Transport:
    """One shop and one caller; `token` and `headers` may be set at any time."""

    url: str
    token: str | None = None
    headers: dict[str, str] = field(default_factory=dict)
    timeout: float = 30.0

    def call(
        self,
        method: str,
        path: str,
        query: Mapping[str, Any],
        headers: Mapping[str, str | None],
        body: tuple[str, Any] | None,
    ) -> Any:
        """Send one request; returns what was answered, raises Problem when it was refused."""
        sent = self.headers | {name: value for name, value in headers.items() if value is not None}
        if self.token:
            sent["Authorization"] = f"Bearer {self.token}"
        data = None
        if body is not None:
            kind, content = body
            sent["Content-Type"] = kind
            data = json.dumps(content).encode() if "json" in kind else _raw(content)
        connection = self._connect()
        try:
            connection.request(method, self._target(path, query), data, sent)
            return _content(connection.getresponse())
        finally:
            connection.close()

    def _connect(self) -> HTTPConnection:
        parts = urlsplit(self.url)
        kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
        return kind(parts.hostname or "", parts.port, timeout=self.timeout)

    def _target(self, path: str, query: Mapping[str, Any]) -> str:
        asked = {name: _text(value) for name, value in query.items() if value is not None}
        mark = "?" if asked else ""
        return f"{urlsplit(self.url).path.rstrip('/')}{path}{mark}{urlencode(asked, doseq=True)}"


def _raw(content: Any) -> bytes:
    return content if isinstance(content, bytes) else str(content).encode()


def _text(value: Any) -> Any:
    return str(value).lower() if isinstance(value, bool) else value


def _content(response: HTTPResponse) -> Any:
    data = response.read()
    kind = response.headers.get("Content-Type", "")
    content = json.loads(data) if data and "json" in kind else data.decode() if data else None
    if response.status >= 400:  # noqa: PLR2004  HTTP's first refusal
        raise Problem(response.status, content if isinstance(content, dict) else {})
    return content
