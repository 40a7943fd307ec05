"""Slow calls of participants: made by threads between a step's two transactions."""

import logging
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from libs.failpoints import failpoint
from libs.messaging.batch import Executor
from libs.messaging.commands import Open
from libs.messaging.publisher import Publisher, Unsent

_log = logging.getLogger(__name__)
_BATCH = 64


class SlowCalls:
    """Runs slow calls in a bounded pool of threads and brings the outcomes back to the loop."""

    def __init__(self, publisher: Publisher, threads: int) -> None:
        self._publisher = publisher
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="slow")
        self._finished: deque[tuple[Executor, Open, Any]] = deque()
        self.under_way = 0

    def start(self, hub: Any, executor: Executor, calls: Sequence[Open]) -> None:
        """Make the calls; each outcome, also an exception, is completed on the hub's thread."""
        for one in calls:
            self.under_way += 1
            self._pool.submit(self._run, hub, executor, one)

    def _run(self, hub: Any, executor: Executor, one: Open) -> None:
        failpoint("call.before", one.key.label)
        try:
            outcome = one.work.call()
        except Exception as fault:  # noqa: BLE001  # an outcome like any other: complete() judges it
            outcome = fault
        failpoint("call.after", one.key.label)
        self._finished.append((executor, one, outcome))
        hub.call_soon(self.finish)

    def finish(self) -> None:
        """Store the outcomes that have arrived and publish the answers."""
        by_executor: dict[Executor, list[tuple[Open, Any]]] = {}
        while self._finished:
            executor, one, outcome = self._finished.popleft()
            self.under_way -= 1
            by_executor.setdefault(executor, []).append((one, outcome))
        for executor, finished in by_executor.items():
            for part in _slices(finished):
                messages = executor.complete(part)
                _pass("outcome.committed", part)
                try:
                    self._publisher.publish(messages)
                except Unsent as fault:
                    # The answers are stored; the leader asks again and gets them then.
                    _log.warning("%d answers wait to be asked for: %s", len(messages), fault)
                _pass("outcome.published", part)

    def close(self) -> None:
        """Give up what has not begun, wait for what has, and store its outcomes.

        A step whose call was given up stays open; its resolver finds it.
        """
        self._pool.shutdown(wait=True, cancel_futures=True)
        self.finish()


def _pass(moment: str, finished: Sequence[tuple[Open, Any]]) -> None:
    for one, _ in finished:
        failpoint(moment, one.key.label)


def _slices(items: Sequence[Any]) -> Iterator[Sequence[Any]]:
    for start in range(0, len(items), _BATCH):
        yield items[start : start + _BATCH]
