"""Around every request: its trace, its time, its log line, and the headers of its answer."""

import logging
import time
from http import HTTPMethod, HTTPStatus

from flask import Flask, Response, g, request

from libs.http import prefer
from libs.http.settings import HttpSettings
from libs.observability import logging as context
from libs.observability import metrics, tracing

_log = logging.getLogger("argosy.access")
_SLOW = 1.0
_MAX_REQUEST_ID = 128
_UNROUTED = "(none)"
# Anybody may invent methods; each would be a series of its own, for ever.
_METHODS = frozenset(HTTPMethod)
_INVENTED = "(other)"
_SECURITY = (
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "no-referrer"),
    ("X-Frame-Options", "DENY"),
)
# Parts of addresses that open something for whoever knows them.
_SECRET_PARTS = ("token", "session_id")
_CLOSED_POLICY = "default-src 'none'; frame-ancestors 'none'"
_REQUEST_HEADERS = (
    "Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match, Last-Event-ID, Prefer,"
    " X-Cart-Token, X-Request-Id, traceparent"
)
_ANSWER_HEADERS = (
    "ETag, Idempotent-Replayed, Link, Location, RateLimit, RateLimit-Policy, Retry-After,"
    " X-Request-Id"
)


def register(app: Flask, service: str, settings: HttpSettings) -> None:
    """Hook the app; `begin` must be its first hook so that every refusal has a trace."""
    origins = frozenset(settings.cors_origins)
    in_flight = metrics.in_flight(service)

    @app.before_request
    def begin() -> None:
        g.argosy_started = time.perf_counter()
        span = tracing.child(tracing.parse(request.headers.get("traceparent")))
        g.argosy_tokens = (
            tracing.enter(span),
            context.service_name.set(service),
            context.user_id.set(""),
        )
        in_flight.inc()

    @app.after_request
    def finish(response: Response) -> Response:
        _decorate(response)
        if origins:
            _allow_origin(response, origins)
        _measure(service, response.status_code)
        if response.is_streamed and not response.direct_passthrough:
            response.call_on_close(in_flight.dec)
        else:
            in_flight.dec()
        return response

    @app.teardown_request
    def end(_error: BaseException | None) -> None:
        # A call within the process shares the thread: the caller's context must come back.
        if tokens := g.pop("argosy_tokens", None):
            span, name, user = tokens
            tracing.leave(span)
            context.service_name.reset(name)
            context.user_id.reset(user)


def _decorate(response: Response) -> None:
    headers = response.headers
    headers.extend(_SECURITY)
    headers.setdefault("Content-Security-Policy", _CLOSED_POLICY)
    headers["X-Request-Id"] = _request_id()
    if rate := g.get("argosy_rate_headers"):
        headers.extend(rate)
    version = g.get("argosy_etag")
    if version is not None and response.status_code < HTTPStatus.BAD_REQUEST:
        response.set_etag(version)
    if "Cache-Control" not in headers:
        headers["Cache-Control"] = "private, no-cache" if "ETag" in headers else "no-store"


def _request_id() -> str:
    """The client's own id if it is harmless in a header and a log, else the trace id."""
    given = request.headers.get("X-Request-Id", "")
    if given.isascii() and given.isprintable() and 1 <= len(given) <= _MAX_REQUEST_ID:
        return given
    return tracing.trace_id() or ""


def _allow_origin(response: Response, origins: frozenset[str]) -> None:
    response.vary.add("Origin")
    origin = request.headers.get("Origin")
    if origin not in origins:
        return
    headers = response.headers
    headers["Access-Control-Allow-Origin"] = origin
    headers["Access-Control-Expose-Headers"] = _ANSWER_HEADERS
    if request.method == "OPTIONS" and "Access-Control-Request-Method" in request.headers:
        headers["Access-Control-Allow-Methods"] = response.headers.get("Allow", "")
        headers["Access-Control-Allow-Headers"] = _REQUEST_HEADERS
        headers["Access-Control-Max-Age"] = "600"


def _measure(service: str, status: int) -> None:
    seconds = time.perf_counter() - g.argosy_started - prefer.held()
    route = request.url_rule.rule if request.url_rule else _UNROUTED
    method = request.method if request.method in _METHODS else _INVENTED
    metrics.observe_request(service, method, route, status, seconds)
    notable = status >= HTTPStatus.INTERNAL_SERVER_ERROR or seconds > _SLOW
    level = logging.INFO if notable else logging.DEBUG
    if _log.isEnabledFor(level):
        facts = {
            "method": request.method,
            "path": _loggable_path(),
            "route": route,
            "status": status,
            "milliseconds": round(seconds * 1000, 1),
        }
        _log.log(level, "request", extra=facts)


def _loggable_path() -> str:
    path = request.path
    for name in _SECRET_PARTS:
        if value := (request.view_args or {}).get(name):
            path = path.replace(str(value), f"({name})")
    return path
