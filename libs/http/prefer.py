"""The Prefer header (RFC 7240): how long a client is willing to wait."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from flask import g, request
from werkzeug.http import parse_dict_header

MAX_WAIT = 25.0


def prefer_wait() -> float:
    """Seconds to hold the answer back for a result: `Prefer: wait=n`, at most 25, otherwise 0."""
    wait = parse_dict_header(request.headers.get("Prefer", "")).get("wait") or ""
    return min(float(wait), MAX_WAIT) if wait.isascii() and wait.isdigit() else 0.0


@contextmanager
def holding() -> Iterator[None]:
    """Hold the answer back; what the client asked to wait is no latency of ours."""
    started = time.perf_counter()
    try:
        yield
    finally:
        g.argosy_held = held() + time.perf_counter() - started


def held() -> float:
    """Seconds for which the current request was held back."""
    seconds: float = g.get("argosy_held", 0.0)
    return seconds
