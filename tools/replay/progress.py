"""How far a replay has come: a bar on a terminal, a line now and then elsewhere."""

import sys
import time

_WIDTH = 30
_LINE_SECONDS = 30.0


class Progress:
    """Writes to standard error, so that the report can be redirected."""

    def __init__(self, total: int) -> None:
        self._total = total
        self._began = time.monotonic()
        self._told = self._began
        self._terminal = sys.stderr.isatty()

    def show(self, done: int) -> None:
        """Say how many documents are done, at which rate, and how long the rest will take."""
        now = time.monotonic()
        complete = done >= self._total
        if not self._terminal and not complete and now - self._told < _LINE_SECONDS:
            return
        self._told = now
        rate = done / max(now - self._began, 0.001)
        rest = f"{(self._total - done) / rate:.0f} s left" if rate else "rate unknown"
        text = f"{done}/{self._total} documents, {rate:.1f}/s, {rest}"
        if self._terminal:
            full = _WIDTH * done // max(self._total, 1)
            bar = "#" * full + "-" * (_WIDTH - full)
            text = f"\r\x1b[K[{bar}] {text}"
        sys.stderr.write(text + ("\n" if complete or not self._terminal else ""))
        sys.stderr.flush()
