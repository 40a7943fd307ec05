"""The shop's public API as the replay calls it: kept connections, bounded waits, retries."""

import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any

import msgspec
import urllib3

# A transient failure: the same request, with the same key, is sent again.
_TRANSIENT = frozenset(
    {
        HTTPStatus.TOO_MANY_REQUESTS,
        HTTPStatus.BAD_GATEWAY,
        HTTPStatus.SERVICE_UNAVAILABLE,
        HTTPStatus.GATEWAY_TIMEOUT,
    }
)
_GIVE_UP_SECONDS = 60.0
_FIRST_PAUSE, _LONGEST_PAUSE = 0.05, 2.0
_CONNECT_SECONDS, _READ_SECONDS = 2.0, 35.0


class ReplayFailed(Exception):
    """The replay cannot go on; the message says what the shop answered."""


class Refused(Exception):
    """The shop understood and said no."""

    def __init__(self, status: int, problem: Mapping[str, Any]) -> None:
        self.status = status
        self.problem = problem
        self.code = str(problem.get("code", f"http_{status}"))
        super().__init__(f"{self.code}: {problem.get('detail', '')}")


class Shop:
    """One client for many threads; `locate` tells where a path is served."""

    def __init__(self, locate: Callable[[str], str], connections: int) -> None:
        self._locate = locate
        self._http = urllib3.PoolManager(
            maxsize=connections,
            block=False,
            retries=False,
            timeout=urllib3.Timeout(connect=_CONNECT_SECONDS, read=_READ_SECONDS),
        )
        self._lock = threading.Lock()
        self.retries: Counter[str] = Counter()

    def address(self, path: str) -> str:
        """Where a path is served, for what is no JSON."""
        return self._locate(path)

    def get(self, path: str, headers: Mapping[str, str]) -> Any:
        """What is there now."""
        return self.call("GET", path, None, headers)

    def post(self, path: str, body: Any, headers: Mapping[str, str] | None = None) -> Any:
        """Make something."""
        return self.call("POST", path, msgspec.json.encode(body), headers or {})

    def call(self, method: str, path: str, body: bytes | None, headers: Mapping[str, str]) -> Any:
        """The decoded answer; Refused for a 4xx, ReplayFailed if it stays unavailable."""
        until = time.monotonic() + _GIVE_UP_SECONDS
        pause = _FIRST_PAUSE
        while True:
            status, answer = self._send(method, path, body, headers)
            if status is not None and status not in _TRANSIENT:
                return _decoded(method, path, status, answer)
            with self._lock:
                self.retries[f"{status or 'no answer'}"] += 1
            if time.monotonic() + pause > until:
                said = answer.decode("utf-8", "replace")[:300]
                raise ReplayFailed(f"{method} {path} got no good answer: {status} {said}")
            time.sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE)

    def _send(
        self, method: str, path: str, body: bytes | None, headers: Mapping[str, str]
    ) -> tuple[int | None, bytes]:
        content = {"Content-Type": "application/json"} if body is not None else {}
        try:
            answer = self._http.request(
                method, self._locate(path), body=body, headers={**content, **headers}
            )
        except urllib3.exceptions.HTTPError as fault:
            return None, str(fault).encode()
        return answer.status, answer.data


def bearer(token: str) -> dict[str, str]:
    """The header of a signed-in caller."""
    return {"Authorization": f"Bearer {token}"}


def _decoded(method: str, path: str, status: int, answer: bytes) -> Any:
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        said = answer.decode("utf-8", "replace")[:300]
        raise ReplayFailed(f"{method} {path} answered {status}: {said}")
    document = msgspec.json.decode(answer) if answer else None
    if status >= HTTPStatus.BAD_REQUEST:
        raise Refused(status, document if isinstance(document, dict) else {})
    return document
