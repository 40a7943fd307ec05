"""A process of the benchmark's own: started once, given one task after another over a pipe."""

import multiprocessing
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any
from uuid import UUID

_SPAWN = multiprocessing.get_context("spawn")
_START_SECONDS = 60.0
_GRACE_SECONDS = 60.0


@dataclass(frozen=True)
class Task:
    """Keep `window` orders under way for so long. `carts` are frozen ones, each with its order."""

    seconds: float
    window: int
    products: int
    carts: Sequence[tuple[UUID, UUID]] = ()


@dataclass(frozen=True)
class Tally:
    """Whole orders, the seconds they took together, and each one's until it was confirmed."""

    orders: int
    seconds: float
    latencies: list[float]


class Driver:
    """The parent's end."""

    def __init__(self, target: Callable[..., None], *arguments: Any) -> None:
        self._pipe, child = _SPAWN.Pipe()
        self._process = _SPAWN.Process(target=target, args=(*arguments, child), daemon=True)
        self._process.start()
        child.close()
        self._answer(_START_SECONDS)

    @property
    def pid(self) -> int:
        return self._process.pid or 0

    def run(self, task: Task) -> Tally:
        """Have the task done; raises if the process does not do it in time."""
        self._pipe.send(task)
        tally = self._answer(task.seconds + _GRACE_SECONDS)
        if not isinstance(tally, Tally):
            raise TypeError(f"the driver answered {tally!r}")
        return tally

    def stop(self) -> None:
        """Let it end, and see to it."""
        self._pipe.close()
        self._process.join(5)
        self._process.kill()

    def _answer(self, seconds: float) -> Any:
        if not self._pipe.poll(seconds):
            raise TimeoutError("a process of the benchmark does not answer")
        return self._pipe.recv()


def serve_tasks(parent: Connection, run: Callable[[Task], Tally]) -> None:
    """The child's end: do tasks until the parent is gone."""
    parent.send("ready")
    while True:
        try:
            task = parent.recv()
        except EOFError:
            return
        parent.send(run(task))
