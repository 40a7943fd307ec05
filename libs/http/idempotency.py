"""Idempotency-Key (IETF draft): the answer is stored with the work, repeats get it again."""

import hashlib
from collections.abc import Callable
from datetime import timedelta
from typing import Any, TypeVar

import marshmallow as ma
import msgspec
from flask import Response, g, request
from sqlalchemy import Row, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from libs import clock
from libs.http.auth import principal
from libs.http.gate import identity
from libs.http.problems import Problem

T = TypeVar("T")
LIFETIME = timedelta(hours=72)
_LOCK_NOT_AVAILABLE = "55P03"

# Waits for a concurrent claim of the same key: after its commit no row comes back, after its
# rollback ours does. An expired row is taken over.
_CLAIM = text("""
    INSERT INTO idempotency_key AS held (principal, route, key, fingerprint, expires_at)
    VALUES (:principal, :route, :key, :fingerprint, :expires_at)
    ON CONFLICT (principal, route, key) DO UPDATE
       SET fingerprint = excluded.fingerprint, expires_at = excluded.expires_at,
           status = NULL, body = NULL, headers = NULL
     WHERE held.expires_at < :now
    RETURNING 1
""")
_STORED = text("""
    SELECT fingerprint, status, body, headers FROM idempotency_key
     WHERE principal = :principal AND route = :route AND key = :key
""")
_REMEMBER = text("""
    UPDATE idempotency_key SET status = :status, body = :body, headers = CAST(:headers AS jsonb)
     WHERE principal = :principal AND route = :route AND key = :key
""")
_PURGE = text("""
    DELETE FROM idempotency_key WHERE ctid IN (
        SELECT ctid FROM idempotency_key WHERE expires_at < :now
         ORDER BY expires_at LIMIT :limit FOR UPDATE SKIP LOCKED
    )
""")


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
    answer = {"status": status, "body": response.get_data(as_text=True)}
    session.execute(_REMEMBER, claim | answer | {"headers": msgspec.json.encode(headers).decode()})
    return response


def replayed(session: Session) -> Response | None:
    """The answer that is stored for this key, for work that begins before its transaction."""
    key: str | None = g.argosy_idempotency_key
    if key is None:
        return None
    claim, fingerprint = _identify(key)
    stored = session.execute(_STORED, claim).first()
    return _replay(stored, fingerprint) if stored and stored.status else None


def purge_expired(session: Session, limit: int = 1000) -> int:
    """Forget the oldest of the keys whose 72 hours are over; how many there were."""
    result: Any = session.execute(_PURGE, {"now": clock.now(), "limit": limit})
    return int(result.rowcount)


def _perform(
    work: Callable[[], T],
    schema: ma.Schema | type[ma.Schema],
    status: int,
    location: Callable[[T], str] | None,
) -> Response:
    result = work()
    shape = schema() if isinstance(schema, type) else schema
    body = msgspec.json.encode(shape.dump(result))
    response = Response(body, status=status, content_type="application/json")
    if location:
        response.headers["Location"] = location(result)
    return response


def _identify(key: str) -> tuple[dict[str, str], bytes]:
    """Whose request of which route this is, and what tells its body from another."""
    claim = {
        "principal": identity(principal()),
        "route": f"{request.method} {request.path}",
        "key": key,
    }
    return claim, hashlib.sha256(request.query_string + b"\n" + request.get_data()).digest()


def _claim(session: Session, claim: dict[str, str], fingerprint: bytes) -> Row[Any] | None:
    """None when the key is ours now, else what its first request stored."""
    now = clock.now()
    values = {"fingerprint": fingerprint, "now": now, "expires_at": now + LIFETIME}
    try:
        ours = session.execute(_CLAIM, claim | values).first()
    except OperationalError as fault:
        if getattr(fault.orig, "pgcode", None) != _LOCK_NOT_AVAILABLE:
            raise
        raise Problem(
            409,
            "in_progress",
            "The first request with this Idempotency-Key is still being worked on.",
            headers={"Retry-After": "1"},
            retryable=True,
        ) from fault
    return None if ours else session.execute(_STORED, claim).one()


def _replay(stored: Row[Any], fingerprint: bytes) -> Response:
    if bytes(stored.fingerprint) != fingerprint:
        raise Problem(
            422, "idempotency_key_reused", "This Idempotency-Key belongs to a different request."
        )
    response = Response(stored.body, status=stored.status, content_type="application/json")
    response.headers.update(stored.headers or {})
    response.headers["Idempotent-Replayed"] = "true"
    return response
