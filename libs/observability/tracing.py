"""W3C trace context: the trace of the current work, and the header that carries it on."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar, Token
from typing import NamedTuple

_HEX = frozenset("0123456789abcdef")
_LENGTH = 55
_VERSION, _TRACE, _SPAN, _FLAGS = slice(0, 2), slice(3, 35), slice(36, 52), slice(53, 55)
_SAMPLED = "01"


class Span(NamedTuple):
    """One piece of work of a trace."""

    trace_id: str
    span_id: str
    flags: str = _SAMPLED

    @property
    def header(self) -> str:
        """The `traceparent` that hands this span on as the parent."""
        return f"00-{self.trace_id}-{self.span_id}-{self.flags}"


_current: ContextVar[Span | None] = ContextVar("argosy_span", default=None)


def parse(header: str | None) -> Span | None:
    """The caller's span, or None for a header that W3C Trace Context tells us to ignore."""
    if header is None or len(header) < _LENGTH or not _well_formed(header):
        return None
    trace_id, span_id = header[_TRACE], header[_SPAN]
    if not trace_id.strip("0") or not span_id.strip("0"):
        return None
    return Span(trace_id, span_id, header[_FLAGS])


def _well_formed(header: str) -> bool:
    version, tail = header[_VERSION], header[_LENGTH:]
    # A later version may append fields after another dash; version 00 has none, ff is forbidden.
    if version == "ff" or (tail and (version == "00" or tail[0] != "-")):
        return False
    if header[2] != "-" or header[35] != "-" or header[52] != "-":
        return False
    digits = version + header[_TRACE] + header[_SPAN] + header[_FLAGS]
    return _HEX.issuperset(digits)


def new() -> Span:
    """The first span of a new trace."""
    return Span(os.urandom(16).hex(), os.urandom(8).hex())


def child(parent: Span | None) -> Span:
    """A span of the parent's trace; without a parent, of a new one."""
    if parent is None:
        return new()
    return Span(parent.trace_id, os.urandom(8).hex(), parent.flags)


def current() -> Span | None:
    """The span that this thread or task works in."""
    return _current.get()


def traceparent() -> str:
    """The header for whatever leaves now; starts a trace when there is none."""
    return (_current.get() or new()).header


def trace_id() -> str | None:
    """The trace that a log line or an error page names."""
    span = _current.get()
    return span.trace_id if span else None


def enter(span: Span) -> Token[Span | None]:
    """Make the span current until `leave` gets the token back."""
    return _current.set(span)


def leave(token: Token[Span | None]) -> None:
    """Return to the span that was current before `enter`."""
    _current.reset(token)


@contextmanager
def within(header: str | None) -> Iterator[Span]:
    """Work as a child of the span in the header: what a message handler or a timer runs in."""
    span = child(parse(header))
    token = enter(span)
    try:
        yield span
    finally:
        leave(token)
