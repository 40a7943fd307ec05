"""Wakes a worker's sleeping event loop: what a thread hands it and a request to stop cannot wait.

kombu's loop sleeps until the next event or timer, up to half a heartbeat; neither `call_soon` from
another thread nor a signal ends that sleep.
"""

import os
import threading
from contextlib import suppress
from typing import Any

from celery import bootsteps, signals


class Wake(bootsteps.StartStopStep):  # type: ignore[misc]  # Celery is untyped
    """A step of the consumer: a pipe that the loop listens to, for as long as it is connected."""

    requires = ("celery.worker.consumer.tasks:Tasks",)

    def __init__(self, parent: Any, **options: Any) -> None:
        super().__init__(parent, **options)
        self._bell: _Bell | None = None

    def start(self, parent: Any) -> None:
        """Listen, and let `hub.call_soon` and the end of the worker ring."""
        hub = parent.hub
        if hub is None:
            return
        bell = self._bell = _Bell()
        schedule = type(hub).call_soon

        def call_soon(callback: Any, *arguments: Any) -> Any:
            promise = schedule(hub, callback, *arguments)
            bell.ring()
            return promise

        hub.add_reader(bell.reader, bell.silence)
        hub.call_soon = call_soon
        signals.worker_shutting_down.connect(self._on_end, dispatch_uid=self, weak=False)

    def stop(self, parent: Any) -> None:
        """Let go of the pipe; a new connection to the broker starts again with another one."""
        bell, self._bell = self._bell, None
        if bell is None:
            return
        signals.worker_shutting_down.disconnect(dispatch_uid=self)
        parent.hub.__dict__.pop("call_soon", None)
        parent.hub.remove_reader(bell.reader)
        bell.close()

    def _on_end(self, **_: Any) -> None:
        if self._bell:
            self._bell.ring()


class _Bell:
    """A pipe; the lock keeps a late ring off a number that another file has got meanwhile."""

    def __init__(self) -> None:
        self.reader, self._writer = os.pipe()
        for end in (self.reader, self._writer):
            os.set_blocking(end, False)
        self._open = True
        # A signal may ring while the same thread closes.
        self._lock = threading.RLock()

    def ring(self) -> None:
        with self._lock, suppress(BlockingIOError):  # A full pipe wakes as well.
            if self._open:
                os.write(self._writer, b"\0")

    def silence(self) -> None:
        with suppress(BlockingIOError):
            while os.read(self.reader, 4096):
                pass

    def close(self) -> None:
        with self._lock:
            self._open = False
            os.close(self.reader)
            os.close(self._writer)
