"""Whether a service can work: readiness asks its own database only, the rest is information."""

import logging
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass
from functools import partial
from typing import Any

from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from libs.db.base import db
from libs.db.migrate import schema_is_current
from libs.http.kernel import kernel_of
from libs.messaging import broker

Ask = Callable[[], None]
_log = logging.getLogger(__name__)
_BUDGET = 1.0
_CURRENT = "argosy_schema_current"


def not_ready(apps: Mapping[str, Flask]) -> dict[str, str]:
    """The services that cannot answer yet, each with the reason."""
    answers = _ask_all({name: partial(_check_schema, app) for name, app in apps.items()})
    return {name: str(answer.fault) for name, answer in answers.items() if answer.fault}


def details(apps: Mapping[str, Flask]) -> dict[str, dict[str, dict[str, Any]]]:
    """Each service's dependencies: `up` or `down`, and how long the answer took.

    A server that several services use is asked once, all at the same time, and has one second.
    """
    places = {name: _dependencies(name, app) for name, app in apps.items()}
    answers = _ask_all({place: ask for found in places.values() for place, ask in found.values()})
    return {
        name: {kind: answers[place].report() for kind, (place, _) in found.items()}
        for name, found in places.items()
    }


@dataclass(frozen=True)
class _Answer:
    seconds: float
    fault: Exception | None = None

    def report(self) -> dict[str, Any]:
        status = "down" if self.fault else "up"
        return {"status": status, "milliseconds": round(self.seconds * 1000, 1)}


def _dependencies(name: str, app: Flask) -> dict[str, tuple[str, Ask]]:
    http = kernel_of(app).http
    found: dict[str, tuple[str, Ask]] = {"database": (name, partial(_check_schema, app))}
    if http.broker_url:
        found["broker"] = (http.broker_url, partial(broker.ask, http.broker_url, _BUDGET))
    if http.redis_url:
        found["redis"] = (http.redis_url, partial(broker.ask, http.redis_url, _BUDGET))
    return found


def _ask_all(questions: Mapping[str, Ask]) -> dict[str, _Answer]:
    """Every answer; what comes too late is a fault, and its thread ends by itself."""
    pool = ThreadPoolExecutor(max_workers=max(1, len(questions)), thread_name_prefix="health")
    asked = {place: pool.submit(_answer, ask) for place, ask in questions.items()}
    wait(asked.values(), timeout=_BUDGET)
    pool.shutdown(wait=False)
    late = _Answer(_BUDGET, TimeoutError("no answer in time"))
    return {place: one.result() if one.done() else late for place, one in asked.items()}


def _answer(ask: Ask) -> _Answer:
    started = time.perf_counter()
    try:
        ask()
    except Exception as fault:  # noqa: BLE001  a dependency may fail in any way
        _log.info("dependency down: %s", fault)
        return _Answer(time.perf_counter() - started, fault)
    return _Answer(time.perf_counter() - started)


def _check_schema(app: Flask) -> None:
    """A schema never goes back, so once it was current only the connection is tried."""
    service = kernel_of(app).service
    with app.app_context():
        try:
            if app.extensions.get(_CURRENT):
                with db.engine.connect() as connection:
                    connection.execute(text("SELECT 1"))
                return
            app.extensions[_CURRENT] = schema_is_current(db.engine, service)
        except SQLAlchemyError as fault:
            raise ConnectionError("its database is unreachable") from fault
    if not app.extensions[_CURRENT]:
        raise ConnectionError("its database schema is behind")
