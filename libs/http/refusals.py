"""Every exception that can leave a view, as the problem that the client gets."""

import logging
from http import HTTPStatus

import marshmallow as ma
import psycopg2
from flask import Flask, Response
from sqlalchemy import exc as database
from werkzeug.exceptions import HTTPException

from libs.errors import DomainError, Forbidden, Invalid, NotFound, Unauthenticated, Unavailable
from libs.http.parsing import faults_of
from libs.http.problems import Problem, invalid

_log = logging.getLogger(__name__)
_STATUS: tuple[tuple[type[DomainError], int], ...] = (
    (NotFound, 404),
    (Forbidden, 403),
    (Invalid, 422),
    (Unauthenticated, 401),
    (Unavailable, 503),
    (DomainError, 409),
)
_SENTENCES = {
    400: "The request cannot be read.",
    404: "There is nothing at this address.",
    405: "This address does not take that method.",
    413: "The body is larger than 1 MiB.",
}
_CODES = {400: "bad_request", 404: "not_found", 405: "method_not_allowed", 413: "body_too_large"}
_RETRY = {"Retry-After": "1"}
_CHALLENGE = {"WWW-Authenticate": "Bearer"}
_UNIQUE_VIOLATION = "23505"
_READ_ONLY = "25006"


def register(app: Flask) -> None:
    """Make problem details the app's only error answer."""
    app.register_error_handler(Exception, _answer)


def _answer(error: Exception) -> Response | HTTPException:
    if isinstance(error, HTTPException) and (
        error.response or (error.code or 0) < HTTPStatus.BAD_REQUEST
    ):
        return error
    return problem_of(error).response()


def problem_of(error: Exception) -> Problem:
    """The problem for an exception; what nobody foresaw is logged whole and never told."""
    match error:
        case Problem():
            return error
        case DomainError():
            return _refusal(error)
        case HTTPException():
            return _http(error)
        case ma.ValidationError():
            return invalid(faults_of({"json": error.messages}))
        case database.SQLAlchemyError() | psycopg2.Error():
            return _database(error)
    return _unforeseen(error)


def _refusal(error: DomainError) -> Problem:
    status = next(status for kind, status in _STATUS if isinstance(error, kind))
    headers: dict[str, str] = {}
    if isinstance(error, Unavailable):
        headers = {"Retry-After": str(error.extra.get("retry_after", 1))}
    elif isinstance(error, Unauthenticated):
        headers = _CHALLENGE
    return Problem(
        status,
        error.code,
        error.detail,
        headers=headers,
        retryable=isinstance(error, Unavailable),
        extra=error.extra,
    )


def _http(error: HTTPException) -> Problem:
    status = error.code or 500
    phrase = HTTPStatus(status)
    code = _CODES.get(status, phrase.phrase.lower().replace(" ", "_").replace("-", "_"))
    detail = _SENTENCES.get(status) or phrase.description or phrase.phrase
    headers = {name: text for name, text in error.get_headers() if name != "Content-Type"}
    return Problem(status, code, detail, headers=headers)


def _database(error: Exception) -> Problem:
    """SQLAlchemy's error, or the driver's own: a prepared statement's is not wrapped."""
    cause = getattr(error, "orig", None) or error
    sqlstate = getattr(cause, "pgcode", None)
    if isinstance(cause, psycopg2.DataError):
        return Problem(422, "invalid", "A value of the request is outside what can be stored.")
    if sqlstate == _UNIQUE_VIOLATION:
        return Problem(409, "conflict", "Another request did the same thing first.", retryable=True)
    # OperationalError covers what time heals: no connection, deadlock, serialization, any timeout.
    if sqlstate == _READ_ONLY or isinstance(
        cause, psycopg2.OperationalError | psycopg2.InterfaceError | database.TimeoutError
    ):
        _log.warning("database unavailable", extra={"sqlstate": sqlstate}, exc_info=error)
        detail = "The database is busy or unreachable; try again."
        return Problem(503, "database_unavailable", detail, headers=_RETRY, retryable=True)
    return _unforeseen(error)


def _unforeseen(error: Exception) -> Problem:
    _log.error("unforeseen failure", exc_info=error)
    return Problem(500, "internal_error", "Something failed on our side; the trace id names it.")
