"""Short notices between the processes of a service, through its database: PostgreSQL's NOTIFY."""

import logging
import threading
import time
from contextlib import suppress
from typing import Any

import psycopg2
from psycopg2 import sql
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from libs.db.base import db
from libs.db.statement import Statement

_log = logging.getLogger(__name__)
_RETRY_SECONDS = 2.0

_NOTIFY = Statement("SELECT pg_notify($1, '')")


def notify(session: Session, channel: str) -> None:
    """Tell every listener once the transaction has committed, and nobody if it fails."""
    _NOTIFY.later(session, channel)


class Listener:
    """Hears in this process what any process notifies; made once for each app and channel.

    It keeps one connection of the app's pool and only looks at its socket, so asking costs
    microseconds. Without a connection it hears nothing and tries again every two seconds.
    """

    def __init__(self, channel: str) -> None:
        self._channel = channel
        self._lock = threading.Lock()
        self._pooled: Any = None
        self._retry_at = 0.0

    def heard(self) -> bool:
        """Whether there was a notice since the last call, or one may have been missed."""
        with self._lock:
            if self._pooled is None:
                return time.monotonic() >= self._retry_at and self._listen()
            driver = self._pooled.dbapi_connection
            try:
                driver.poll()
            except psycopg2.Error as fault:
                self._give_up(fault)
                return True
            any_notice = bool(driver.notifies)
            driver.notifies.clear()
            return any_notice

    def _listen(self) -> bool:
        try:
            self._pooled = db.engine.raw_connection()
            driver = self._pooled.dbapi_connection
            driver.transactional = False
            with driver.cursor() as cursor:
                cursor.execute(sql.SQL("LISTEN {}").format(sql.Identifier(self._channel)))
        except (psycopg2.Error, SQLAlchemyError) as fault:
            self._give_up(fault)
            return False
        return True

    def _give_up(self, fault: Exception) -> None:
        _log.warning("nobody listens on %s: %s", self._channel, fault)
        pooled, self._pooled = self._pooled, None
        self._retry_at = time.monotonic() + _RETRY_SECONDS
        if pooled is not None:
            with suppress(psycopg2.Error, SQLAlchemyError):
                pooled.invalidate()
                pooled.close()
