"""Short notices between the processes of a service, through its database: PostgreSQL's NOTIFY."""

import logging
import threading
import time
from collections import Counter
from contextlib import suppress
from typing import Any

import psycopg2
from psycopg2 import sql
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from libs.db.base import db
from libs.db.statement import Statement
from libs.db.transaction import after_commit

_log = logging.getLogger(__name__)
_RETRY_SECONDS = 2.0

_NOTIFY = Statement("SELECT pg_notify($1, '')")
_CHANNELS = "notices"
# How often this process has notified, by database and channel: it need not wait to hear itself.
_own: Counter[tuple[str, str]] = Counter()


def notify(session: Session, channel: str) -> None:
    """Tell every listener once the transaction has committed, and nobody if it fails.

    Listeners of this process have heard it before the caller goes on, others a moment later.
    """
    _NOTIFY.later(session, channel)
    session.info.setdefault(_CHANNELS, set()).add(channel)
    after_commit(session, _count)


def _count(session: Session) -> None:
    database = str(db.engine.url)
    for channel in session.info.pop(_CHANNELS, ()):
        _own[database, channel] += 1


class Listener:
    """Hears in this process what any process notifies; made once for each app and channel.

    It keeps one connection of the app's pool and only looks at its socket, so asking costs
    microseconds. Without a connection it hears nothing and tries again every two seconds.
    """

    def __init__(self, channel: str) -> None:
        self._channel = channel
        self._lock = threading.Lock()
        self._place = (str(db.engine.url), channel)
        self._own = _own[self._place]
        self._pooled: Any = None
        self._retry_at = 0.0

    def heard(self) -> bool:
        """Whether there was a notice since the last call, or one may have been missed."""
        with self._lock:
            told, self._own = self._own != _own[self._place], _own[self._place]
            if told:
                return True
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
