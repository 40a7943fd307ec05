"""Idempotency-Key (IETF draft): the answer is stored with the work, repeats get it again."""

import hashlib
from collections.abc import Callable
from datetime import timedelta
from functools import cache
from typing import NamedTuple, TypeVar

import marshmallow as ma
import msgspec
from flask import Response, g, request
from psycopg2.errors import LockNotAvailable
from sqlalchemy.orm import Session

from libs import clock
from libs.db.statement import Statement
from libs.http.auth import principal
from libs.http.gate import identity
from libs.http.problems import Problem

T = TypeVar("T")
LIFETIME = timedelta(hours=72)

# Waits for a concurrent claim of the same key: after its commit no row comes back, after its
# rollback ours does. An expired row is taken over.
_CLAIM = Statement("""
    INSERT INTO idempotency_key AS held (principal, route, key, fingerprint, expires_at)
    VALUES ($1, $2, $3, $4, $5)
    ON CONFLICT (principal, route, key) DO UPDATE
       SET fingerprint = excluded.fingerprint, expires_at = excluded.expires_at,
           status = NULL, body = NULL, headers = NULL
     WHERE held.expires_at < $6
    RETURNING 1
""")
_STORED = Statement("""
    SELECT fingerprint, status, body, headers FROM idempotency_key
     WHERE principal = $1 AND route = $2 AND key = $3
""")
_REMEMBER = Statement("""
    UPDATE idempotency_key SET status = $4, body = $5, headers = $6::jsonb
     WHERE principal = $1 AND route = $2 AND key = $3
""")
_PURGE = Statement("""
    DELETE FROM idempotency_key WHERE ctid IN (
        SELECT ctid FROM idempotency_key WHERE expires_at < $1
         ORDER BY expires_at LIMIT $2 FOR UPDATE SKIP LOCKED
    )
""")


class Claim(NamedTuple):
    """Whose request of which route a key names."""

    principal: str
    route: str
    key: str


class Stored(NamedTuple):
    """What the first request with the key left; without a status it is still being worked on."""

    fingerprint: bytes
    status: int | None
    body: str
    headers: dict[str, str] | None


def once(
    session: Session,
    work: Callable[[], T],
    *,
    schema: ma.Schema | type[ma.Schema],
    status: int = 201,
    location: Callable[[T], str] | None = None,
) -> Response:
    """Do the work in the caller's transaction, or answer like the key's first request.

    Only what commits is stored: a refusal rolls the claim back and leaves the key free. Another
    body under the same key is a 422; a first request that takes too long makes the second a 409.
    """
    key: str | None = g.argosy_idempotency_key
    if key is None:
        return _perform(work, schema, status, location)
    claim, fingerprint = _identify(key)
    if stored := _claim(session, claim, fingerprint):
        return _replay(stored, fingerprint)
    response = _perform(work, schema, status, location)
    headers = {"Location": response.headers["Location"]} if location else {}
    body = response.get_data(as_text=True)
    _REMEMBER.later(session, *claim, status, body, msgspec.json.encode(headers).decode())
    return response


def replayed(session: Session) -> Response | None:
    """The answer that is stored for this key, for work that begins before its transaction."""
    key: str | None = g.argosy_idempotency_key
    if key is None:
        return None
    claim, fingerprint = _identify(key)
    row = _STORED.first(session, *claim)
    stored = Stored(*row) if row else None
    return _replay(stored, fingerprint) if stored and stored.status else None


def purge_expired(session: Session, limit: int = 1000) -> int:
    """Forget the oldest of the keys whose 72 hours are over; how many there were."""
    return _PURGE.run(session, clock.now(), limit)


def _perform(
    work: Callable[[], T],
    schema: ma.Schema | type[ma.Schema],
    status: int,
    location: Callable[[T], str] | None,
) -> Response:
    result = work()
    shape = _instance(schema) if isinstance(schema, type) else schema
    body = msgspec.json.encode(shape.dump(result))
    response = Response(body, status=status, content_type="application/json")
    if location:
        response.headers["Location"] = location(result)
    return response


@cache
def _instance(schema: type[ma.Schema]) -> ma.Schema:
    """To make one costs more than to use it."""
    return schema()


def _identify(key: str) -> tuple[Claim, bytes]:
    """The claim, and what tells its body from another."""
    claim = Claim(identity(principal()), f"{request.method} {request.path}", key)
    return claim, hashlib.sha256(request.query_string + b"\n" + request.get_data()).digest()


def _claim(session: Session, claim: Claim, fingerprint: bytes) -> Stored | None:
    """None when the key is ours now, else what its first request stored."""
    now = clock.now()
    try:
        ours = _CLAIM.first(session, *claim, fingerprint, now + LIFETIME, now)
    except LockNotAvailable as fault:
        raise Problem(
            409,
            "in_progress",
            "The first request with this Idempotency-Key is still being worked on.",
            headers={"Retry-After": "1"},
            retryable=True,
        ) from fault
    return None if ours else Stored(*_STORED.rows(session, *claim)[0])


def _replay(stored: Stored, fingerprint: bytes) -> Response:
    if bytes(stored.fingerprint) != fingerprint:
        raise Problem(
            422, "idempotency_key_reused", "This Idempotency-Key belongs to a different request."
        )
    response = Response(stored.body, status=stored.status, content_type="application/json")
    response.headers.update(stored.headers or {})
    response.headers["Idempotent-Replayed"] = "true"
    return response
