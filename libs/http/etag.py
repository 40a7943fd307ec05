"""Optimistic concurrency: a strong ETag is the version of the row behind the answer.

What else the answer shows (stock, the names of related rows) may follow after a hyphen: it tells
representations apart, and does not stand in the way of a change.
"""

import zlib
from typing import NoReturn, Protocol, TypeVar

from flask import Response, abort, g, request

from libs.http.problems import Problem


class Versioned(Protocol):
    """A row that counts its changes."""

    @property
    def version(self) -> int:
        """Grows with every change."""


V = TypeVar("V", bound=Versioned)


def mark(version: int, shown: bytes | None = None) -> None:
    """Send this version, and a digest of what else is shown, as the ETag of the answer."""
    g.argosy_etag = str(version) if shown is None else f"{version}-{zlib.crc32(shown):08x}"


def marked(row: V) -> V:
    """The row as the answer, its version as the ETag."""
    mark(row.version)
    return row


def check_if_none_match(version: int, shown: bytes | None = None) -> None:
    """Mark the answer, or end it with 304 when the client holds just this already."""
    mark(version, shown)
    repeat(g.argosy_etag)


def repeat(tag: str) -> None:
    """As `check_if_none_match`, with the ETag of an answer that was given before."""
    g.argosy_etag = tag
    if request.if_none_match.contains_weak(tag):
        _not_modified(tag)


def check_if_match(version: int, *, required: bool = False) -> None:
    """412 when the client saw another version, 428 when it must say which one and does not.

    Compare inside the transaction that writes, with the row locked or its version in the WHERE.
    """
    if "If-Match" not in request.headers:
        if required:
            raise Problem(428, "precondition_required", "This change needs an If-Match header.")
        return
    seen = request.if_match
    if not seen.star_tag and str(version) not in {tag.partition("-")[0] for tag in seen}:
        raise Problem(412, "stale", "The thing has changed since it was read.")


def _not_modified(tag: str) -> NoReturn:
    response = Response(status=304)
    response.set_etag(tag)
    abort(response)
