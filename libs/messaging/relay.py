"""The background publisher of a process: takes what transactions hand over, never blocks them."""

import logging
import os
import queue
import threading
import time
from collections.abc import Sequence
from typing import Any

from flask import Flask, current_app
from sqlalchemy.orm import Session

from libs.db.statement import Statement
from libs.db.transaction import transaction
from libs.failpoints import failpoint
from libs.messaging.publisher import Publisher, Unsent
from libs.messaging.wire import Outgoing

_log = logging.getLogger(__name__)
_EXTENSION = "argosy_relay"
_CAPACITY = 10_000
_BATCH = 256

_delete = Statement("DELETE FROM outbox WHERE id = ANY($1::uuid[])")


class Relay:
    """A thread with a bounded queue. What does not fit or fails is sent later by the sweeps."""

    def __init__(self, url: str) -> None:
        self._publisher = Publisher(url)
        self._queue: queue.Queue[tuple[Flask, Outgoing]] = queue.Queue(_CAPACITY)
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()
        self._pid = 0

    def offer(self, app: Flask, messages: Sequence[Outgoing]) -> None:
        """Take the messages, or drop them if the queue is full."""
        self._ensure_thread()
        for message in messages:
            try:
                self._queue.put_nowait((app, message))
            except queue.Full:
                _log.warning("the background publisher is full; the sweep will send the rest")
                return

    def _ensure_thread(self) -> None:
        # A forked child has the parent's memory, not its thread.
        if self._thread is not None and self._pid == os.getpid():
            return
        with self._lock:
            if self._pid != os.getpid():
                self._pid = os.getpid()
                self._thread = threading.Thread(target=self._run, name="relay", daemon=True)
                self._thread.start()

    def _run(self) -> None:
        while True:
            batch = [self._queue.get()]
            while len(batch) < _BATCH:
                try:
                    batch.append(self._queue.get_nowait())
                except queue.Empty:
                    break
            try:
                self._send(batch)
            except Unsent as fault:
                _log.warning("left %d messages to the sweep: %s", len(batch), fault)
            except Exception:  # noqa: BLE001  # the thread must outlive any fault; the sweep repairs
                _log.exception("the background publisher failed; the sweep will send the rest")

    def _send(self, batch: list[tuple[Flask, Outgoing]]) -> None:
        failpoint("relay.before")
        sent = {one.id for one in self._publisher.deliver([message for _, message in batch])}
        failpoint("relay.published")
        confirmed: dict[Flask, list[Any]] = {}
        for app, message in batch:
            if message.stored and message.id in sent:
                confirmed.setdefault(app, []).append(message.id)
        for app, ids in confirmed.items():
            with app.app_context(), transaction() as session:
                forget(session, ids)


def forget(session: Session, ids: Sequence[object]) -> None:
    """Remove rows of the outbox whose messages the broker has confirmed."""
    _delete.later(session, list(ids))


def hand_over(messages: Sequence[Outgoing]) -> None:
    """Give messages to the relay of the current app; without one the sweep sends them."""
    relay: Relay | None = current_app.extensions.get(_EXTENSION)
    if relay is not None and messages:
        app: Any = current_app
        relay.offer(app._get_current_object(), messages)  # the proxy would not outlive the request
        time.sleep(0)  # else the relay's thread would not run before the request is answered


def attach(app: Flask, relay: Relay) -> None:
    """Let the app's transactions publish through this relay."""
    app.extensions[_EXTENSION] = relay
