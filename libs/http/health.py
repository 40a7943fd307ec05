"""Whether a service can work: readiness asks its own database only, the rest is information."""

import logging
import socket
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import redis
from flask import Flask
from redis.backoff import NoBackoff
from redis.retry import Retry
from sqlalchemy import text

from libs.db.base import db
from libs.db.migrate import schema_is_current
from libs.http.kernel import kernel_of

_log = logging.getLogger(__name__)
_BUDGET = 1.0
_AMQP_PORT = 5672
_CURRENT = "argosy_schema_current"


def not_ready(app: Flask) -> str | None:
    """Why the service cannot answer yet; None: its database is there and its schema current."""
    service = kernel_of(app).service
    try:
        with app.app_context():
            if _schema_is_current(app, service):
                return None
    except Exception:  # noqa: BLE001  any failure means "not ready", and is logged with its reason
        _log.warning("%s is not ready", service, exc_info=True)
        return "its database is unreachable"
    return "its database schema is behind"


def _schema_is_current(app: Flask, service: str) -> bool:
    """A schema never goes back, so once it was current only the connection is tried."""
    if app.extensions.get(_CURRENT):
        with db.engine.connect() as connection:
            connection.execute(text("SELECT 1"))
        return True
    current = schema_is_current(db.engine, service)
    app.extensions[_CURRENT] = current
    return current


def details(app: Flask) -> dict[str, dict[str, Any]]:
    """Each dependency of the service: `up` or `down`, and how long the answer took."""
    http = kernel_of(app).http
    found = {"database": _probe(lambda: _database(app))}
    if http.broker_url:
        found["broker"] = _probe(lambda: _broker(http.broker_url))
    if http.redis_url:
        found["redis"] = _probe(lambda: _redis(http.redis_url))
    return found


def _probe(ask: Callable[[], object]) -> dict[str, Any]:
    started = time.perf_counter()
    status = "up"
    try:
        ask()
    except Exception as fault:  # noqa: BLE001  a dependency may fail in any way; its name is enough
        _log.info("dependency down: %s", fault)
        status = "down"
    return {"status": status, "milliseconds": round((time.perf_counter() - started) * 1000, 1)}


def _database(app: Flask) -> None:
    if reason := not_ready(app):
        raise ConnectionError(reason)


def _broker(url: str) -> None:
    if url.startswith(("redis://", "rediss://")):
        _redis(url)
        return
    place = urlsplit(url)
    address = (place.hostname or "localhost", place.port or _AMQP_PORT)
    with socket.create_connection(address, timeout=_BUDGET) as connection:
        # A broker that still thinks answers a wrong protocol header with its own.
        connection.settimeout(_BUDGET)
        connection.sendall(b"AMQP\x00\x00\x00\x00")
        if not connection.recv(4).startswith(b"AMQP"):
            raise ConnectionError("the broker does not speak AMQP")


def _redis(url: str) -> None:
    client = redis.Redis.from_url(
        url,
        socket_connect_timeout=_BUDGET,
        socket_timeout=_BUDGET,
        retry=Retry(NoBackoff(), 0),
    )
    with client:
        client.ping()
