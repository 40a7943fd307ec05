"""Timers live in tables; this loop, in every worker, asks the tables what is due.

Nothing is a singleton: work is claimed row by row with SKIP LOCKED, so any number of loops may run.
"""

import heapq
import logging
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field

from flask import Flask
from sqlalchemy.orm import Session

from libs.db.faults import is_outage
from libs.db.transaction import reading, transaction
from libs.messaging import metrics
from libs.messaging.publisher import Unsent
from libs.messaging.tasks import Periodic

_log = logging.getLogger(__name__)
_THREADS = 4
# A task that says there is more runs again at once, this often at most before others get a turn.
_REPEATS = 20


@dataclass(order=True)
class _Turn:
    at: float
    number: int
    run: Callable[[], None] = field(compare=False)
    seconds: float = field(compare=False)


class Timers:
    """Runs periodic work on a few threads; one task never overlaps with itself."""

    def __init__(self) -> None:
        self._turns: list[_Turn] = []
        self._condition = threading.Condition()
        self._pool = ThreadPoolExecutor(_THREADS, thread_name_prefix="timer")
        self._stopped = False
        self.last_tick = time.monotonic()

    def add(self, app: Flask, periodic: Sequence[Periodic]) -> None:
        """Repeat these in the app's context."""
        for task in periodic:
            metrics.timer_added(app.name, task.name, task.seconds)
            turn = _Turn(time.monotonic(), len(self._turns), _runner(app, task), task.seconds)
            heapq.heappush(self._turns, turn)

    def start(self) -> None:
        """Begin, in the background."""
        threading.Thread(target=self._loop, name="timers", daemon=True).start()

    def stop(self) -> None:
        """Start nothing more; what runs ends by itself."""
        with self._condition:
            self._stopped = True
            self._condition.notify()
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _loop(self) -> None:
        while True:
            with self._condition:
                now = time.monotonic()
                self.last_tick = now
                pause = self._turns[0].at - now if self._turns else 1.0
                if pause > 0:
                    self._condition.wait(min(pause, 1.0))
                if self._stopped:
                    return
                due = []
                while self._turns and self._turns[0].at <= time.monotonic():
                    due.append(heapq.heappop(self._turns))
            with suppress(RuntimeError):  # The pool was shut down in the meantime.
                for turn in due:
                    self._pool.submit(self._take, turn)

    def _take(self, turn: _Turn) -> None:
        try:
            turn.run()
        finally:
            with self._condition:
                turn.at = time.monotonic() + turn.seconds
                heapq.heappush(self._turns, turn)
                self._condition.notify()


def _runner(app: Flask, task: Periodic) -> Callable[[], None]:
    def run() -> None:
        metrics.count_turn(app.name, task.name, _turn(app, task))

    return run


def _turn(app: Flask, task: Periodic) -> metrics.Turn:
    """What came of it; the loop must outlive any fault of one task."""
    try:
        for _ in range(_REPEATS):
            if _once(app, task) <= 0:
                break
    except Unsent as fault:
        _log.warning("%s waits for the broker: %s", task.name, fault)
        return "broker"
    except Exception as fault:  # noqa: BLE001  # whatever it is, its turn comes again
        if is_outage(fault):
            _log.warning("%s waits for its database: %s", task.name, fault)
            return "database"
        _log.exception("%s failed; it runs again in its turn", task.name)
        return "fault"
    return "done"


def _once(app: Flask, task: Periodic) -> int:
    with app.app_context():
        if task.when and not _asked(task.when):
            return 0
        if not task.transactional:
            return int(task.handler() or 0)
        with transaction() as session:
            return int(task.handler(session) or 0)


def _asked(question: Callable[[Session], bool]) -> bool:
    with reading() as session:
        return question(session)
