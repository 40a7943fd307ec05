"""Calls from one service to another: typed, with deadlines, signed, part of the same trace."""

from collections.abc import Mapping
from typing import Any, TypeVar
from urllib.parse import urlencode

import msgspec
import urllib3
from werkzeug.test import EnvironBuilder, run_wsgi_app

from libs.errors import (
    Conflict,
    DomainError,
    Forbidden,
    Invalid,
    NotFound,
    Unauthenticated,
    Unavailable,
)
from libs.http import local, metrics
from libs.http.service_keys import ServiceKey
from libs.observability import tracing

T = TypeVar("T")
_TIMEOUT = urllib3.Timeout(connect=0.3, read=1.0)
_SECOND_TRY = urllib3.Retry(1, allowed_methods=None, status=0, redirect=0, backoff_factor=0)
_NO_RETRY = urllib3.Retry(0, redirect=0)
_LOCAL = "local:"
_KINDS: dict[int, type[DomainError]] = {
    401: Unauthenticated,
    403: Forbidden,
    404: NotFound,
    409: Conflict,
    422: Invalid,
    503: Unavailable,
}
# What problem details add by themselves; the rest is the refusal's own.
_MEMBERS = ("type", "title", "status", "detail", "code", "trace_id", "retryable", "errors")


class ServiceClient:
    """A service's view of another one, at a URL or, as `local:carts`, in this very process.

    Reads are tried twice, writes once unless they are repeatable. The callee's refusals are raised
    as the refusals they name; everything else that goes wrong is Unavailable.
    """

    def __init__(self, base_url: str, *, callee: str, key: ServiceKey) -> None:
        self._base_url = base_url.rstrip("/")
        self._callee = callee
        self._key = key
        self._pool = urllib3.PoolManager(maxsize=16, timeout=_TIMEOUT)

    def get(self, path: str, answer: type[T], **query: str | int) -> T:
        """Read."""
        target = f"{path}?{urlencode(query)}" if query else path
        return self._call("GET", target, None, {}, answer)

    def post(
        self,
        path: str,
        body: Any,
        answer: type[T],
        *,
        idempotency_key: str | None = None,
        repeatable: bool = False,
    ) -> T:
        """Change something. Only what is `repeatable`, since the callee knows it again, is tried
        a second time: the first try may have worked."""
        headers = {"Idempotency-Key": idempotency_key} if idempotency_key else {}
        content = msgspec.json.encode(body)
        return self._call("POST", path, content, headers, answer, repeatable=repeatable)

    def _call(
        self,
        method: str,
        target: str,
        body: bytes | None,
        extra: Mapping[str, str],
        answer: type[T],
        *,
        repeatable: bool = True,
    ) -> T:
        headers = {
            "Authorization": f"Bearer {self._key.token(self._callee)}",
            "traceparent": tracing.traceparent(),
            "Accept": "application/json",
            **extra,
        }
        if body is not None:
            headers["Content-Type"] = "application/json"
        tries = _SECOND_TRY if repeatable else _NO_RETRY
        with metrics.call_timed(self._key.service, self._callee):
            status, content = self._send(method, target, body, headers, tries)
            return self._understand(status, content, answer)

    def _understand(self, status: int, content: bytes, answer: type[T]) -> T:
        try:
            if status >= 300:  # noqa: PLR2004  redirects are not followed between services
                raise _refusal(self._callee, status, content)
            return msgspec.json.decode(content, type=answer)
        except msgspec.MsgspecError as fault:
            raise Unavailable(f"{self._callee} answered in a form not understood") from fault

    def _send(
        self,
        method: str,
        target: str,
        body: bytes | None,
        headers: Mapping[str, str],
        tries: urllib3.Retry,
    ) -> tuple[int, bytes]:
        if self._base_url.startswith(_LOCAL):
            return _send_local(self._base_url.removeprefix(_LOCAL), method, target, body, headers)
        try:
            response = self._pool.request(
                method,
                self._base_url + target,
                body=body,
                headers=headers,
                retries=tries,
            )
        except urllib3.exceptions.HTTPError as fault:
            raise Unavailable(f"{self._callee} does not answer") from fault
        return response.status, response.data


def _send_local(
    service: str, method: str, target: str, body: bytes | None, headers: Mapping[str, str]
) -> tuple[int, bytes]:
    """Run the callee's WSGI app on this thread: a process never waits for its own threads."""
    builder = EnvironBuilder(path=target, method=method, data=body, headers=list(headers.items()))
    chunks, status, _ = run_wsgi_app(local.find(service), builder.get_environ())
    builder.close()
    return int(status[:3]), b"".join(chunks)


def _refusal(callee: str, status: int, content: bytes) -> DomainError:
    kind = _KINDS.get(status)
    problem = msgspec.json.decode(content, type=dict[str, Any])
    code, detail = problem.get("code"), problem.get("detail")
    if kind is None or not isinstance(code, str) or not isinstance(detail, str):
        return Unavailable(f"{callee} answered with status {status}")
    extra = {name: value for name, value in problem.items() if name not in _MEMBERS}
    refusal = kind(detail, **extra)
    refusal.code = code  # type: ignore[misc]  # the callee's own code, on this instance alone
    return refusal
