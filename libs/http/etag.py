"""Optimistic concurrency: a strong ETag is the version of the row behind the answer."""

from typing import NoReturn

from flask import Response, abort, g, request

from libs.http.problems import Problem


def mark(version: int) -> None:
    """Send this version as the ETag of the answer."""
    g.argosy_etag = str(version)


def check_if_none_match(version: int) -> None:
    """Mark the answer, or end it with 304 when the client holds this version already."""
    mark(version)
    if request.if_none_match.contains_weak(str(version)):
        _not_modified(version)


def check_if_match(version: int, *, required: bool = False) -> None:
    """412 when the client saw another version, 428 when it must say which one and does not.

    Compare inside the transaction that writes, with the row locked or its version in the WHERE.
    """
    if "If-Match" not in request.headers:
        if required:
            raise Problem(428, "precondition_required", "This change needs an If-Match header.")
        return
    if not request.if_match.contains(str(version)):
        raise Problem(412, "stale", "The thing has changed since it was read.")


def _not_modified(version: int) -> NoReturn:
    response = Response(status=304)
    response.set_etag(str(version))
    abort(response)
