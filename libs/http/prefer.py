"""The Prefer header (RFC 7240): how long a client is willing to wait."""

from flask import request
from werkzeug.http import parse_dict_header

MAX_WAIT = 25.0


def prefer_wait() -> float:
    """Seconds to hold the answer back for a result: `Prefer: wait=n`, at most 25, otherwise 0."""
    wait = parse_dict_header(request.headers.get("Prefer", "")).get("wait") or ""
    return min(float(wait), MAX_WAIT) if wait.isascii() and wait.isdigit() else 0.0
