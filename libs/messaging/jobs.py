"""Ordinary tasks: one message is one job, run by a child process of the jobs pool."""

import logging
import time
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import msgspec
from celery import Task
from celery.worker.request import Request
from flask import Flask

from libs.db.faults import is_outage
from libs.db.transaction import transaction
from libs.messaging import dead, metrics
from libs.messaging.consumer import Refuse
from libs.messaging.message import Envelope, Job
from libs.messaging.tasks import Handler
from libs.messaging.wire import read
from libs.observability import tracing

_log = logging.getLogger(__name__)
# How long a job waits before it looks whether its database is back, in seconds.
_PAUSES = (0.5, 1.0, 2.0, 4.0, 8.0)


class JobRequest(Request):  # type: ignore[misc]  # Celery is untyped
    """A job in the pool. RabbitMQ counts deliveries; other brokers only know a second one."""

    def reject(self, requeue: bool = False) -> None:
        """As Celery's, but a job that was lost twice is parked where the broker would not."""
        counted = str(self.app.conf.broker_url).startswith("amqp")
        if requeue and not counted and self.delivery_info.get("redelivered"):
            self.app.refuse(None, self._message, "it ended its process or took too long, twice")
            self.acknowledged = True
        else:
            super().reject(requeue)


class JobTask(Task):  # type: ignore[misc]  # Celery is untyped
    """What the jobs pool runs."""

    Request = JobRequest


def function_of(app: Flask, kind: type[Job], handler: Handler) -> Callable[[Any], None]:
    """What Celery calls. A job that fails is parked with the reason and not repeated by itself.

    Only what ends the child process, or takes too long, is delivered again; a job that loses its
    database begins anew when that is back.
    """

    def run(message: Any) -> None:
        # Celery has decoded the message already, but a payload is decoded from its bytes.
        body = msgspec.json.encode(message)
        with app.app_context():
            try:
                envelope = msgspec.json.decode(body, type=Envelope)
                timed = metrics.job_timed(app.name, kind.wire_name)
                with tracing.within(envelope.traceparent), timed:
                    _outlast_outages(partial(handler, read(envelope, kind)))
            except Exception as fault:  # noqa: BLE001  # whatever it is, a person is to see it
                _log.exception("the job %s failed", kind.wire_name)
                with transaction() as session:
                    dead.keep(session, app.name, kind.wire_name, body, repr(fault))

    return run


def _outlast_outages(work: Callable[[], Any]) -> None:
    for pause in _PAUSES:
        try:
            work()
        except Exception as fault:
            if not is_outage(fault):
                raise
            _log.warning("a job waits for its database: %s", fault)
            time.sleep(pause)
        else:
            return
    work()


def refusal(apps: Mapping[str, Flask]) -> Refuse:
    """Parks a message of a jobs queue that is no job."""

    def refuse(_consumer: Any, message: Any, reason: str) -> None:
        app = apps[message.delivery_info["queue"].partition(".")[0]]
        try:
            with app.app_context(), transaction() as session:
                dead.park(session, app.name, message, reason)
        except Exception:  # noqa: BLE001  # the loop must go on; the broker parks it instead
            _log.exception("a message could not be parked: %s", reason)
            message.reject()
        else:
            message.ack()

    return refuse
