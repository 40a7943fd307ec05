"""What a provider does besides what it should: the next acts of a test."""

import threading
from typing import Literal

from libs.testing.http_server import Received, Reply

# A status in place of the usual answer; no answer in time; the request is obeyed and not answered.
Act = Literal["usual", "silence", "vanish"] | int
_LONGER_THAN_ANY_DEADLINE = 60.0


class Script:
    """Each call plays the next act; after the last one everything is as usual."""

    def __init__(self, *acts: Act) -> None:
        self._acts = list(acts)
        self._lock = threading.Lock()

    def next_act(self) -> Act:
        """The act of a new call."""
        with self._lock:
            return self._acts.pop(0) if self._acts else "usual"


def silence() -> Reply:
    """Nothing, for longer than anybody waits."""
    return Reply(delay=_LONGER_THAN_ANY_DEADLINE)


def header(received: Received, name: str) -> str:
    """A header of the request, empty without it."""
    return received.headers.get(name, "")
