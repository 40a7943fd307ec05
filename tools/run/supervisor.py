"""Keeps the children of the launcher alive, and ends them in reverse order."""

import time
from collections import deque
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from tools.run.leftovers import Leftovers

_CRASHES, _WITHIN_SECONDS = 5, 60.0
_LONGEST_PAUSE = 8.0


class GaveUp(Exception):
    """A child ends again and again; the message names it and its log."""


class Child(Protocol):
    """What can be supervised: an embedded server or one of our own programs."""

    @property
    def name(self) -> str:
        """What a person calls it."""

    @property
    def pid(self) -> int:
        """Its process."""

    @property
    def running(self) -> bool:
        """Whether it lives."""

    @property
    def log(self) -> Path:
        """What it has to say."""

    def start(self) -> None:
        """Start it."""

    def stop(self) -> None:
        """End it in order."""


@dataclass
class _Watched:
    child: Child
    crashes: deque[float] = field(default_factory=deque)
    restart_at: float | None = None

    def crashed(self, now: float) -> float:
        """Note a crash; returns how many seconds to wait before the next start."""
        self.crashes.append(now)
        while now - self.crashes[0] > _WITHIN_SECONDS:
            self.crashes.popleft()
        if len(self.crashes) >= _CRASHES:
            times = f"{len(self.crashes)} times within {_WITHIN_SECONDS:.0f} s"
            raise GaveUp(f"{self.child.name} ended {times}: {last_words(self.child)}")
        pause = min(_LONGEST_PAUSE, 0.5 * 2.0 ** (len(self.crashes) - 1))
        self.restart_at = now + pause
        return pause


class Supervisor:
    """All children in the order of their start."""

    def __init__(self, leftovers: Leftovers, say: Callable[[str], None]) -> None:
        self._leftovers = leftovers
        self._say = say
        self._watched: list[_Watched] = []

    def start(self, child: Child) -> None:
        """Start a child and watch it from now on."""
        self._watched.append(_Watched(child))
        self._launch(child)

    def look(self) -> None:
        """Start again what has ended, after a pause that grows; GaveUp when it never stays."""
        now = time.monotonic()
        for watched in self._watched:
            if watched.child.running:
                continue
            if watched.restart_at is None:
                pause = watched.crashed(now)
                self._say(f"{watched.child.name} ended; it starts again in {pause:.1f} s")
            elif now >= watched.restart_at:
                watched.restart_at = None
                self._launch(watched.child)

    def demand_all_running(self) -> None:
        """GaveUp when one has ended."""
        for watched in self._watched:
            if not watched.child.running:
                child = watched.child
                raise GaveUp(f"{child.name} ended during the start: {last_words(child)}")

    def stop(self) -> None:
        """End all children, the last one first, so that each still has what it needs."""
        # Every child is asked, also when another one could not be ended.
        with ExitStack() as stack:
            while self._watched:
                stack.callback(self._watched.pop(0).child.stop)

    def _launch(self, child: Child) -> None:
        child.start()
        self._leftovers.remember(child.pid)


def last_words(child: Child) -> str:
    """The last line of its log, and where the others are."""
    lines = child.log.read_text("utf-8", "replace").splitlines() if child.log.exists() else []
    return f"{lines[-1] if lines else 'without a word'} (see {child.log})"
